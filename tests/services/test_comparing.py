"""What a person is told to be different: all that their consent covers, and in their own terms."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.projection import consent_digest
from activitypub.vocab.terms import PUBLIC, note_context
from fedi_cotweet.languages.reader import speaking
from fedi_cotweet.languages.wording import said
from fedi_cotweet.services.comparing import differences
from storage.engine import Store
from tests.storage.cast import CAROL, DAVE, raise_curtain, uri_of

AUTHORS = ["https://here.example/users/alice", "https://here.example/users/bob"]
DIGEST = "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n"
OTHER_DIGEST = "zQmaozNR7DZHQK1ZcU9p7QdrshMvXqWK6gpu5rmrkPdT3L4"
MENTION = {"type": "Mention", "href": uri_of(CAROL), "name": "@carol"}


def note(**changes: Any) -> dict[str, Any]:
    """A co-tweet; ``changes`` replace its members."""
    return {
        "@context": note_context(co_authored=True),
        "id": "https://here.example/posts/1",
        "type": "Note",
        "attributedTo": AUTHORS,
        "content": "<p>Hello</p>",
        "contentMap": {"en": "<p>Hello</p>"},
        "to": [PUBLIC],
        "cc": ["https://here.example/users/alice/followers"],
        **changes,
    }


def emoji(digest: str) -> dict[str, Any]:
    icon = {
        "type": "Image",
        "mediaType": "image/png",
        "url": "https://here.example/emoji/1",
        "digestMultibase": digest,
    }
    return {
        "id": "https://here.example/emoji/blob",
        "type": "Emoji",
        "name": ":blob:",
        "icon": icon,
    }


async def compared(store: Store, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The lines that are not the same."""
    stage = await raise_curtain(store)
    lines = await stage.ask(differences, old, AUTHORS, new, AUTHORS)
    return [line for line in lines if not line.startswith(" ")]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"content": "<p>Hi</p>", "contentMap": {"en": "<p>Hi</p>"}}, ["- Hello", "+ Hi"]),
        ({}, {"summary": "Fish"}, ["+Warning: Fish"]),
        ({}, {"sensitive": True}, ["+Marked as sensitive: yes"]),
        ({}, {"name": "A title"}, ["+Title: A title"]),
        (
            {},
            {"contentMap": {"en": "<p>Hello</p>", "de": "<p>Raus</p>"}},
            ['+Text in other languages: {"en":"Hello","de":"Raus"}'],
        ),
        ({}, {"to": ["https://here.example/users/alice/followers"], "cc": [PUBLIC]}, None),
        (
            {"tag": [emoji(DIGEST)]},
            {"tag": [emoji(OTHER_DIGEST)]},
            [f"-Emoji: :blob: ({DIGEST})", f"+Emoji: :blob: ({OTHER_DIGEST})"],
        ),
        (
            {},
            {"tag": [MENTION | {"name": "@alice"}], "cc": [uri_of(CAROL)]},
            ["+Mention: @Carol@a.example", "+Sent to: @Carol@a.example"],
        ),
        (
            {"tag": [MENTION], "cc": [uri_of(CAROL)]},
            {"tag": [MENTION | {"href": uri_of(DAVE)}], "cc": [uri_of(DAVE)]},
            [
                *("-Mention: @Carol@a.example", "-Sent to: @Carol@a.example"),
                *("+Mention: @dave@a.example", "+Sent to: @dave@a.example"),
            ],
        ),
        (
            {"type": "Question", "oneOf": [{"type": "Note", "name": "Yes"}]},
            {"type": "Question", "anyOf": [{"type": "Note", "name": "Yes"}]},
            ['-Answers, one of: ["Yes"]', '+Answers, several of: ["Yes"]'],
        ),
        (
            {"type": "Question", "endTime": "2026-12-01T00:00:00Z"},
            {"type": "Question", "endTime": "2026-12-02T00:00:00Z"},
            ["-Ends: 2026-12-01T00:00:00Z", "+Ends: 2026-12-02T00:00:00Z"],
        ),
        ({}, {"quote": "https://a.example/1"}, ["+Quotes: https://a.example/1"]),
    ],
)
async def test_every_change_of_what_is_consented_to_is_a_line(
    store: Store, before: dict[str, Any], after: dict[str, Any], said: list[str] | None
) -> None:
    old, new = note(**before), note(**after)
    assert consent_digest(old, AUTHORS) != consent_digest(new, AUTHORS)
    lines = await compared(store, old, new)
    assert lines
    if said is not None:
        assert sorted(lines) == sorted(said)


async def test_nothing_is_different_from_itself(store: Store) -> None:
    assert (
        await compared(
            store, note(tag=[emoji(DIGEST), MENTION]), note(tag=[emoji(DIGEST), MENTION])
        )
        == []
    )


async def test_a_difference_can_be_told_in_every_language(store: Store) -> None:
    stage = await raise_curtain(store)
    new = note(summary="yes", sensitive=True)
    lines = await stage.ask(differences, note(), AUTHORS, new, AUTHORS)
    with speaking("fr"):
        french = [said(line).replace("\xa0", " ") for line in lines]
    assert "+Avertissement : yes" in french
    assert "+Marqué comme sensible : oui" in french
