"""What a public consent note may hold besides its three words: nothing."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.consent_notes import NoteState, NoteVerdict, check_note
from activitypub.coauthorship.projection import consent_digest
from activitypub.verdicts import Fetched
from tests.activitypub.coauthorship.cast import ALICE, NOW, PUBLIC

URI = "https://m.example/users/erin/statuses/7"
ERIN = "https://m.example/users/erin"
POST: dict[str, Any] = {
    "id": "https://a.example/notes/42",
    "type": "Note",
    "attributedTo": ALICE,
    "to": [PUBLIC],
    "content": "<p>We baked.</p><p>With @erin</p>",
    "tag": [{"type": "Mention", "href": ERIN, "name": "@erin@m.example"}],
    "published": "2026-11-20T10:00:00Z",
}
DIGEST = consent_digest(POST, [ALICE])
LINE = f"accept {POST['id']} {DIGEST}"
OTHER = "https://a.example/notes/1"
NO = "SCAM, I do NOT agree"
# As Mastodon writes it.
PLAIN: dict[str, Any] = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": URI,
    "type": "Note",
    "summary": None,
    "attributedTo": ERIN,
    "to": [PUBLIC],
    "sensitive": False,
    "content": f"<p>{LINE}</p>",
    "contentMap": {"en": f"<p>{LINE}</p>"},
    "attachment": [],
    "tag": [{"type": "Mention", "href": ALICE, "name": "@alice@a.example"}],
}


def judged(**members: Any) -> NoteVerdict:
    note = PLAIN | members
    if "content" in members and "contentMap" not in members:
        del note["contentMap"]
    answer = Fetched(URI, 200, NOW, URI, media_type="application/activity+json", document=note)
    return check_note(answer, POST, [ALICE], DIGEST)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"summary": "", "name": None, "quote": None, "attachment": None, "contentMap": None},
        {"summaryMap": {"en": ""}, "oneOf": []},
        {"content": f'<p><span class="h-card">@alice</span> {LINE}</p>'},
        {"content": f"<p><strong>{LINE}</strong></p><section></section>"},
    ],
)
def test_a_note_of_nothing_but_the_words_agrees(members: dict[str, Any]) -> None:
    assert judged(**members) == NoteVerdict(URI, NoteState.AGREED, "", ERIN, NOW)


@pytest.mark.parametrize(
    "members",
    [
        {"summary": NO},
        {"summary": "re: pie"},
        {"summaryMap": {"en": NO}},
        {"name": NO},
        {"nameMap": {"en": NO}},
        {"attachment": [{"type": "Image", "url": "https://m.example/no.png", "name": NO}]},
        {"attachment": {"type": "Document", "url": "https://m.example/no.png"}},
        {"quote": OTHER},
        {"quoteUrl": OTHER},
        {"quoteUri": OTHER},
        {"_misskey_quote": OTHER},
        {"tag": [{"type": "Link", "rel": "https://misskey-hub.net/ns#_misskey_quote"}]},
        {"oneOf": [{"type": "Note", "name": NO}]},
        {"anyOf": [{"type": "Note", "name": NO}]},
        {"sensitive": True},
        {"sensitive": NO},
        {"as:sensitive": True},
        {"contentMap": {"en": PLAIN["content"], "fr": f"<p>{NO}</p>"}},
        {"contentMap": NO},
    ],
)
def test_a_protest_beside_the_words_is_no_agreement(members: dict[str, Any]) -> None:
    assert judged(**members) == NoteVerdict(URI, NoteState.INVALID, "more_than_words", ERIN, NOW)


@pytest.mark.parametrize(
    "content",
    [
        *(f"<p><{name}>{LINE}</{name}></p>" for name in ("del", "s", "strike", "q", "blockquote")),
        f"<DEL\n>{LINE}</DEL>",
        f"<s/x>{LINE}</s>",
        f'<blockquote cite="{OTHER}"><p>{LINE}</p></blockquote>',
        f"<p>accept {POST['id']} <del>{DIGEST}</del></p>",
        f'<p class="quote-inline">{LINE}</p>',
        f"<p><span class='x Quote&#45;inline'>{LINE}</span></p>",
    ],
)
def test_struck_or_quoted_words_are_no_agreement(content: str) -> None:
    assert judged(content=content).state is NoteState.INVALID
    assert judged(content=content).reason == "struck_or_quoted"


@pytest.mark.parametrize("kind", ["Question", ["Note"], ["Note", "Question"], "Article", None])
def test_only_a_plain_note_agrees(kind: Any) -> None:
    assert judged(type=kind).reason == "not_a_note"
