"""Contexts: who consents reads JSON names, so nobody may read them differently."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.meaning import redefined_term
from activitypub.coauthorship.projection import consent_digest, try_consent_digest
from activitypub.coauthorship.stamps import stamp_context
from activitypub.vocab.terms import AS2, actor_context, note_context
from tests.activitypub.coauthorship.cast import ALICE, BOB, PICTURE, core

AUTHORS = (ALICE, BOB)
COVERED = [
    "id",
    "type",
    "mediaType",
    "content",
    "contentMap",
    "name",
    "nameMap",
    "summary",
    "summaryMap",
    "inReplyTo",
    "image",
    "attachment",
    "icon",
    "tag",
    "href",
    "url",
    "oneOf",
    "anyOf",
    "to",
    "cc",
    "audience",
    "attributedTo",
    "startTime",
    "endTime",
    "duration",
    "location",
    "rel",
    "as",
    "Public",
]


@pytest.mark.parametrize(
    "context",
    [
        AS2,
        [AS2],
        [
            AS2,
            "https://w3id.org/security/v1",
            {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"},
        ],
        {"foo": "as:content", "x": {"@id": "as:name", "@type": "@id"}},
        {"content": "as:content", "to": {"@id": "as:to", "@type": "@id"}},
        {"content": {"@id": f"{AS2}#content"}},
        {"contentMap": {"@id": "as:content", "@container": "@language"}},
        {"tag": {"@id": "as:tag", "@type": "@id", "@container": "@set"}},
        {"endTime": {"@id": "as:endTime", "@type": "xsd:dateTime"}},
        {"duration": {"@id": "as:duration", "@type": "xsd:duration"}},
        {"id": "@id", "type": "@type"},
        {"as": f"{AS2}#", "@vocab": "_:", "@language": "en", "@version": 1.1},
        {"as": {"@id": f"{AS2}#", "@prefix": True}, "Public": {"@id": "as:Public", "@type": "@id"}},
        note_context(True),
        stamp_context(),
        actor_context(),
        [],
        {},
    ],
)
def test_ordinary_contexts_are_harmless(context: Any) -> None:
    assert redefined_term(context) is None
    assert consent_digest(core(**{"@context": context}), AUTHORS) == consent_digest(core(), AUTHORS)


@pytest.mark.parametrize("name", COVERED)
@pytest.mark.parametrize(
    "definition",
    [
        "https://example.org/ns#hidden",
        "as:hidden",
        "x:y",
        "_:b0",
        "",
        None,
        False,
        7,
        [],
        {},
        {"@id": None},
        {"@id": "https://example.org/ns#hidden"},
        {"@type": "@id"},
        {"@reverse": "as:content"},
        "@type",
        "@id",
        "@nest",
        "@graph",
        {"@id": "as:content", "@context": {"content": "x:y"}},
    ],
)
def test_a_covered_term_cannot_be_given_another_meaning(name: str, definition: Any) -> None:
    if (name, definition) in (("type", "@type"), ("id", "@id")):
        return
    for context in ({name: definition}, [AS2, {"x": "as:x", name: definition}]):
        assert redefined_term(context) == name


@pytest.mark.parametrize(
    "definition",
    [
        "as:content",
        {"@id": "as:contentMap", "@container": "@language"},
        {"@id": "as:content", "@container": "@index"},
        {"@id": "as:content", "@container": "@language", "@type": "@id"},
        {"@id": "as:name", "@container": "@language"},
    ],
)
def test_a_language_map_keeps_its_exact_definition(definition: Any) -> None:
    assert redefined_term({"contentMap": definition}) == "contentMap"


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("content", {"@id": "as:content", "@container": "@language"}),
        ("content", {"@id": "as:content", "@type": "@id"}),
        ("content", {"@id": "as:content", "@language": "fr"}),
        ("to", {"@id": "as:to", "@type": "@vocab"}),
        ("to", {"@id": "as:to", "@container": "@id"}),
        ("to", {"@id": "as:to", "@type": ["@id"]}),
        ("attachment", {"@id": "as:attachment", "@container": "@graph"}),
        ("attachment", {"@id": "as:attachment", "@nest": "x"}),
        ("url", {"@id": "as:url", "@protected": True}),
        ("Public", {"@id": "as:Public", "@prefix": True}),
        ("as", "https://www.w3.org/ns/activitystreams"),
        ("as", {"@id": f"{AS2}#", "@context": {}}),
    ],
)
def test_a_right_name_with_an_odd_definition_is_refused(name: str, definition: Any) -> None:
    assert redefined_term({name: definition}) == name


@pytest.mark.parametrize(
    "keyword", ["@vocab", "@base", "@import", "@propagate", "@reverse", "@graph", "@context"]
)
def test_keywords_that_reach_further_are_refused(keyword: str) -> None:
    assert redefined_term([AS2, {keyword: "https://evil.example/"}]) == keyword


@pytest.mark.parametrize("context", [None, [AS2, None], [[AS2]], 7, [AS2, True]])
def test_a_context_that_forgets_activitystreams_is_refused(context: Any) -> None:
    assert redefined_term(context) == "@context"
    assert try_consent_digest({**core(), "@context": context}, AUTHORS) is None


EVIL = {"@context": {"content": "https://evil.example/hidden"}}


@pytest.mark.parametrize(
    "changes",
    [
        {"attachment": {**PICTURE, **EVIL}},
        {"attachment": {**PICTURE, "icon": {"url": "x", **EVIL}}},
        {"tag": [{"type": "Hashtag", "name": "#x", **EVIL}]},
        {"inReplyTo": {"id": "https://d.example/1", **EVIL}},
        {"location": {"type": "Place", **EVIL}},
        {"replies": {"first": [EVIL]}},
        {"@context": [AS2, {"Note": {"@id": "as:Note", **EVIL}}]},
        {"@context": {"coAuthors": {"@id": "fep-af48:coAuthors", **EVIL}}},
        {"@context": {"x": {"@id": "x:y", "@context": [{"z": {"@id": "x:z", **EVIL}}]}}},
    ],
)
def test_no_context_hides_inside_the_object(changes: dict[str, Any]) -> None:
    assert try_consent_digest(core(**changes), AUTHORS) is None


def test_the_context_of_the_surrounding_activity_counts() -> None:
    assert try_consent_digest(core(), AUTHORS, inherited_context=[AS2]) is not None
    assert try_consent_digest(core(), AUTHORS, inherited_context=[AS2, EVIL["@context"]]) is None
