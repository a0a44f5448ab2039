"""Every rule that lets a co-author be shown, broken once."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.projection import media_digest, sha256_multibase
from activitypub.coauthorship.verification import verify_authors
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BEA,
    BOB,
    CAROL,
    EVE,
    NOTE,
    NOW,
    PICTURE,
    PUBLIC,
    STAMP,
    Document,
    fetched,
    known,
    published,
    stamp,
)

NOTICE = '<p class="coauthors-inline">With <a href="{}">@bob</a></p>'
ORIGINAL = published(
    attachment=[PICTURE],
    summary="Cats",
    sensitive=True,
    contentMap={"en": "<p>We wrote this <em>together</em>.</p>"},
    inReplyTo="https://d.example/1",
    quote="https://d.example/2",
)
CONTENT = ORIGINAL["content"]


def state_of_bob(note: Document, answer: Any, **options: Any) -> tuple[str, str]:
    found = verify_authors(note, known=known(answer), now=NOW, **options)
    assert isinstance(found, tuple), found
    verdict = next(verdict for verdict in found if verdict.actor == BOB)
    return verdict.state.value, verdict.reason


def test_nothing_forged_is_verified() -> None:
    assert state_of_bob(ORIGINAL, fetched(STAMP, stamp(note=ORIGINAL))) == ("verified", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"content": "<p>We wrote this together.</p>"},
        {"content": CONTENT + "<p>And this.</p>"},
        {"content": CONTENT + " "},
        {"content": CONTENT + NOTICE.format("https://evil.example/")},
        {"content": CONTENT + NOTICE.format("https://b.example/") + "<p>x</p>"},
        {"content": None},
        {"contentMap": {"en": "<p>Something else</p>"}},
        {"contentMap": {"de": CONTENT}},
        {"contentMap": {"en": CONTENT, "de": "<p>Etwas anderes</p>"}},
        {"summary": "Dogs"},
        {"summary": None},
        {"summaryMap": {"en": "Dogs"}},
        {"name": "A title"},
        {"nameMap": {"en": "A title"}},
        {"mediaType": "text/plain"},
        {"sensitive": False},
        {"type": "Article"},
        {"inReplyTo": "https://d.example/3"},
        {"inReplyTo": None},
        {"quote": "https://d.example/3"},
        {"quote": None},
        {"attachment": []},
        {"attachment": [PICTURE, PICTURE]},
        {"attachment": [{**PICTURE, "digestMultibase": media_digest(b"other")}]},
        {"attachment": [{**PICTURE, "url": "https://evil.example/1.png"}]},
        {"attachment": [{**PICTURE, "name": "A dog"}]},
        {"attachment": [{**PICTURE, "mediaType": "image/svg+xml"}]},
        {"attachment": [{**PICTURE, "href": "https://evil.example/1.png"}]},
        {"attachment": [{**PICTURE, "icon": {"url": "https://evil.example/1.png"}}]},
        {"image": {**PICTURE}},
        {"tag": [{"type": "Mention", "href": EVE, "name": "@eve"}]},
        {"tag": [{"type": "Mention", "href": BOB, "name": "@bob", "icon": "x"}]},
        {"tag": [{"type": "Hashtag", "name": "#ad", "href": "https://a.example/tags/ad"}]},
        {"oneOf": [{"name": "yes"}, {"name": "no"}]},
        {"endTime": "2026-12-01T00:00:00Z"},
        {"location": {"type": "Place", "name": "Here"}},
        {"audience": ["https://g.example/group"]},
        {"cc": [*ORIGINAL["cc"], CAROL]},
        {"to": [f"{ALICE}/followers"], "cc": [PUBLIC]},
    ],
)
def test_changed_content_makes_the_consent_stale(changes: dict[str, Any]) -> None:
    forged = {name: value for name, value in {**ORIGINAL, **changes}.items() if value is not None}
    assert state_of_bob(forged, fetched(STAMP, stamp(note=ORIGINAL))) == ("stale", "other_digest")


@pytest.mark.parametrize(
    "changes",
    [
        {"to": [BOB], "cc": [f"{ALICE}/followers"]},
        {"content": ["<p>a</p>"]},
        {"summary": 7},
        {"contentMap": {"en": ["x"]}},
        {"inReplyTo": ["https://d.example/1", "https://d.example/2"]},
        {"quoteUrl": "https://d.example/3"},
        {"@context": [{"content": "https://evil.example/hidden"}]},
        {"@context": None},
        {"attachment": [{**PICTURE, "@context": {"url": "x:y"}}]},
        {"unknown": "\ud800"},
        {"unknown": 2**60},
        {"type": ["Note"]},
        {"type": "Event"},
        {"coAuthors": [BOB, ALICE]},
        {"coAuthors": [BOB, BOB]},
        {"coAuthors": [BOB, CAROL]},
        {"coAuthors": [BOB, 7]},
        {"coAuthors": BOB},
        {"coAuthors": [BOB, *(f"https://c.example/{number}" for number in range(9))]},
        {"attributedTo": [ALICE, BOB, BOB]},
        {"attributedTo": [ALICE, EVE]},
        {"coAuthorAuthorization": [STAMP, "https://a.example/another"]},
        {"coAuthorAuthorization": []},
        {"coAuthorAuthorization": [{**stamp(note=ORIGINAL), "id": None}]},
        {"coAuthorAuthorization": ["https://a.example/users/alice/coauthor/x"]},
        {"coAuthorAuthorization": ["https://b.example.evil.example/x"]},
        {"coAuthorAuthorization": ["https://b.example@evil.example/x"]},
    ],
)
def test_an_object_against_the_rules_has_no_verified_co_author(changes: dict[str, Any]) -> None:
    answer = fetched(STAMP, stamp(note=ORIGINAL))
    assert state_of_bob({**ORIGINAL, **changes}, answer)[0] == "invalid"


def test_an_embedded_stamp_is_only_a_hint_where_to_look() -> None:
    embedded = {**ORIGINAL, "coAuthorAuthorization": [stamp(note=ORIGINAL)]}
    assert state_of_bob(embedded, fetched(STAMP, stamp(note=ORIGINAL))) == ("verified", "")
    assert state_of_bob(embedded, fetched(STAMP, status=503)) == ("unknown", "no_answer")
    other = fetched(STAMP, stamp(note=published()))
    assert state_of_bob(embedded, other) == ("stale", "other_digest")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "Note"}, "not_a_stamp"),
        ({"type": None}, "not_a_stamp"),
        ({"type": "https://w3id.org/fep/af48#CoAuthorAuthorization"}, "not_a_stamp"),
        ({"id": None}, "bad_stamp"),
        ({"id": f"{STAMP}2"}, "other_id"),
        ({"id": f"{STAMP}#x"}, "other_id"),
        ({"attributedTo": None}, "bad_stamp"),
        ({"attributedTo": BEA}, "other_target"),
        ({"attributedTo": BEA, "interactionTarget": BEA}, "other_issuer"),
        ({"attributedTo": ALICE, "interactionTarget": ALICE}, "other_issuer"),
        ({"attributedTo": [BOB, BEA]}, "bad_stamp"),
        ({"attributedTo": {"type": "Person", "id": BOB}}, "bad_stamp"),
        ({"interactionTarget": None}, "other_target"),
        ({"interactionTarget": ALICE}, "other_target"),
        ({"interactionTarget": [BOB, BOB]}, "other_target"),
        ({"interactingObject": None}, "bad_stamp"),
        ({"interactingObject": {"id": NOTE}}, "bad_stamp"),
        ({"interactingObject": [NOTE, f"{NOTE}2"]}, "bad_stamp"),
        ({"interactingObject": "https://a.example/notes/43"}, "other_object"),
        ({"interactingObject": f"{NOTE}#x"}, "other_object"),
        ({"consentedAuthors": None}, "bad_stamp"),
        ({"consentedAuthors": ALICE}, "bad_stamp"),
        ({"consentedAuthors": []}, "bad_stamp"),
        ({"consentedAuthors": [ALICE]}, "bad_stamp"),
        ({"consentedAuthors": [ALICE, BOB, 7]}, "bad_stamp"),
        ({"consentedAuthors": [ALICE, BOB, BOB]}, "bad_stamp"),
        ({"consentedAuthors": [ALICE, *(f"{BOB}{number}" for number in range(10))]}, "bad_stamp"),
        ({"consentedAuthors": [ALICE, CAROL]}, "author_not_consented"),
        ({"consentedAuthors": [BOB, ALICE]}, "other_primary"),
        ({"consentedAuthors": [EVE, ALICE, BOB]}, "other_primary"),
        ({"consentProfile": None}, "unknown_profile"),
        ({"consentProfile": "https://w3id.org/fep/af48#profile-2"}, "unknown_profile"),
        ({"consentDigest": None}, "bad_digest"),
        ({"consentDigest": "zQm"}, "bad_digest"),
        ({"consentDigest": ["a", "b"]}, "bad_digest"),
        ({"consentDigest": "f1220" + "00" * 32}, "bad_digest"),
        ({"consentDigest": "z" + "1" * 46}, "bad_digest"),
        ({"published": None}, "bad_stamp"),
        ({"published": "yesterday"}, "bad_stamp"),
    ],
)
def test_a_stamp_against_the_rules_verifies_nobody(changes: dict[str, Any], reason: str) -> None:
    answer = fetched(STAMP, stamp(note=ORIGINAL, **changes))
    assert state_of_bob(ORIGINAL, answer) == ("invalid", reason)


def test_a_stamp_for_another_digest_is_stale() -> None:
    answer = fetched(STAMP, stamp(note=ORIGINAL, consentDigest=sha256_multibase(b"x")))
    assert state_of_bob(ORIGINAL, answer) == ("stale", "other_digest")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"same_origin": False}, "redirected"),
        ({"final_url": "https://evil.example/stamp"}, "redirected"),
        ({"final_url": "http://b.example/stamp"}, "redirected"),
        ({"final_url": "https://evil.example/stamp", "same_origin": False}, "redirected"),
        ({"media_type": "application/json"}, "bad_media_type"),
        ({"media_type": "application/ld+json"}, "bad_media_type"),
        ({"media_type": "text/html"}, "bad_media_type"),
        ({"media_type": ""}, "bad_media_type"),
        ({"document": None}, "not_json"),
        ({"document": {}}, "not_a_stamp"),
        ({"status": 203}, "bad_answer"),
        ({"status": 404, "same_origin": False}, "redirected"),
        ({"status": 503, "same_origin": False}, "redirected"),
    ],
)
def test_a_stamp_not_served_as_it_must_be_verifies_nobody(
    changes: dict[str, Any], reason: str
) -> None:
    answer = fetched(STAMP, **{"document": stamp(note=ORIGINAL), "status": 200, **changes})
    assert state_of_bob(ORIGINAL, answer) == ("invalid", reason)


def test_the_context_of_the_activity_cannot_give_the_object_another_meaning() -> None:
    answer = fetched(STAMP, stamp(note=ORIGINAL))
    forged = [{"content": "https://evil.example/hidden"}]
    assert state_of_bob(ORIGINAL, answer, inherited_context=forged) == ("invalid", "no_digest")


def test_a_stamp_cannot_be_borrowed_by_another_author() -> None:
    """Mallory copies bob's stamp, note and all, to a note of their own."""
    mallory = "https://evil.example/users/mallory"
    copied = {
        **ORIGINAL,
        "id": "https://evil.example/notes/1",
        "attributedTo": mallory,
        "cc": [],
    }
    answer = fetched(STAMP, stamp(note=ORIGINAL))
    assert state_of_bob(copied, answer) == ("invalid", "other_object")


def test_a_note_on_alices_server_cannot_take_over_bobs_consent_to_alice() -> None:
    taken = {**ORIGINAL, "attributedTo": "https://a.example/users/mallory"}
    answer = fetched(STAMP, stamp(note=ORIGINAL))
    assert state_of_bob(taken, answer) == ("invalid", "other_primary")


def test_a_name_cannot_be_added_beside_a_true_one() -> None:
    joined = {
        **ORIGINAL,
        "attributedTo": ALICE,
        "coAuthors": [BOB, EVE],
    }
    found = verify_authors(joined, known=known(fetched(STAMP, stamp(note=ORIGINAL))), now=NOW)
    assert isinstance(found, tuple)
    assert [(verdict.state.value, verdict.reason) for verdict in found] == [
        ("invalid", "author_not_consented"),
        ("invalid", "no_stamp"),
    ]
