"""Media types and contexts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from activitypub.vocab.terms import (
    ACCEPT,
    ACTIVITY_JSON,
    AS2,
    COAUTHORSHIP_TERMS,
    DATA_INTEGRITY_V1,
    DATA_INTEGRITY_V2,
    LD_JSON,
    MULTIKEY_V1,
    SECURITY_V1,
    actor_context,
    is_activitypub_type,
    note_context,
)


@pytest.mark.parametrize(
    "content_type",
    [
        ACTIVITY_JSON,
        LD_JSON,
        "Application/Activity+JSON",
        "application/activity+json; charset=utf-8",
        "application/activity+json;",
        'application/activity+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;profile="https://www.w3.org/ns/activitystreams"; charset=utf-8',
        'application/ld+json; profile="https://other.example https://www.w3.org/ns/activitystreams"',
    ],
)
def test_an_activitypub_media_type_is_recognised(content_type: str) -> None:
    assert is_activitypub_type(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "application/ld+json",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams#evil"',
        'application/ld+json; profile="x"; profile="https://www.w3.org/ns/activitystreams"',
        "text/plain; application/activity+json",
        "text/html, application/activity+json",
        "application/activity+json, text/html",
        "application/activity+json\x00",
        "application/activity+json; charset",
        "image/png",
        "application/activity+json" + "; a=b" * 1000,
    ],
)
def test_anything_else_is_not_an_activitypub_document(content_type: str) -> None:
    assert not is_activitypub_type(content_type)


def test_we_ask_for_both_media_types() -> None:
    assert ACTIVITY_JSON in ACCEPT
    assert LD_JSON in ACCEPT


def test_the_co_authorship_terms_are_those_of_the_document_word_for_word() -> None:
    proposal = Path(__file__).parents[3] / "docs" / "fep-af48.md"
    if not proposal.exists():
        pytest.skip("the proposal is not part of this copy")
    blocks: list[str] = re.findall(r"```json\n(.*?)```", proposal.read_text(), re.DOTALL)
    defined = next(json.loads(block) for block in blocks if '"canCoAuthor": {"@id"' in block)
    assert defined == COAUTHORSHIP_TERMS


def test_contexts_name_no_document_that_receivers_would_have_to_fetch() -> None:
    known = {AS2, SECURITY_V1, MULTIKEY_V1, DATA_INTEGRITY_V1, DATA_INTEGRITY_V2}
    for context in (actor_context(), note_context(True), note_context(False)):
        assert context[0] == AS2
        assert {entry for entry in context if isinstance(entry, str)} <= known


@pytest.mark.parametrize("context", [actor_context(), note_context(True), note_context(False)])
def test_every_prefix_that_a_term_uses_is_defined(context: list[Any]) -> None:
    terms = next(entry for entry in context if isinstance(entry, dict))
    given = {"as", "xsd"}  # by the ActivityStreams context
    for definition in terms.values():
        values = definition.values() if isinstance(definition, dict) else [definition]
        for value in values:
            prefix, colon, rest = value.partition(":")
            if colon and not rest.startswith("//"):
                assert prefix in given | terms.keys(), value


def test_co_authorship_terms_come_only_with_co_authored_notes() -> None:
    assert "coAuthors" in note_context(True)[1]
    assert "coAuthors" not in note_context(False)[1]


def test_a_context_handed_out_can_be_changed_without_harm() -> None:
    note_context(False)[1]["sensitive"] = "changed"
    assert note_context(False)[1]["sensitive"] == "as:sensitive"
