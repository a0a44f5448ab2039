"""The strict stand-ins are strict: each refuses what its software was seen, or read, to refuse."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.federation.peers import reading
from tests.federation.peers.software import SOFTWARE
from tests.federation.test_golden_by_software import BY_SOFTWARE

ALICE, BOB = "https://here.example/users/alice", "https://here.example/users/bob"
STRINGS = [ALICE, BOB]
OBJECTS = [{"type": "Person", "id": person} for person in STRINGS]
MIXED = [ALICE, OBJECTS[1]]
BY_NAME = {software.name: software for software in SOFTWARE}
LOST_AS_LIST = {
    *("misskey", "sharkey", "takahe", "neodb", "lemmy", "mbin", "peertube", "bookwyrm"),
}


def _body(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (BY_SOFTWARE / "bodies" / f"{name}.json").read_text(encoding="utf-8")
    )
    return found


def _complaints(software: str, document: dict[str, Any]) -> list[str]:
    body = json.dumps(document).encode()
    return list(reading.activity(BY_NAME[software], body, document, "FRANK"))


def _with(name: str, *places: tuple[str, Any]) -> dict[str, Any]:
    document = copy.deepcopy(_body(name))
    for place, value in places:
        *way, last = place.strip("/").split("/")
        at = document
        for step in way:
            at = at[step]
        at[last] = value
    return document


@pytest.mark.parametrize(
    ("authors", "lost_by"),
    [
        (STRINGS, {*LOST_AS_LIST, "snac", "pixelfed"}),
        (OBJECTS, LOST_AS_LIST),
        (MIXED, {*LOST_AS_LIST, "snac", "pixelfed"}),
        (BOB, set(BY_NAME) - {"mastodon-4.3", "mastodon-4.5", "mastodon-4.8"}),
    ],
    ids=["strings", "objects", "mixed", "bob"],
)
def test_who_loses_a_list_of_authors(authors: Any, lost_by: set[str]) -> None:
    sent = _with("create-of-a-co-tweet", ("/object/attributedTo", authors))
    assert {name for name in BY_NAME if _complaints(name, sent)} == lost_by


@pytest.mark.parametrize(
    ("name", "place", "value", "software"),
    [
        ("create-of-a-post", "/actor", [ALICE], "mastodon-4.5"),
        ("create-of-a-post", "/@context", ["https://strange.example/ns"], "takahe"),
        ("create-of-a-post", "/to", ["as:Public"], "snac"),
        ("create-of-a-post", "/object", "https://here.example/notes/1", "misskey"),
        ("create-of-a-post", "/object/cc", [f"{BOB}/followers"], "misskey"),
        ("create-of-a-post", "/object/summary", "Q&amp;A", "mastodon-4.5"),
        ("create-of-a-post", "/object/id", "https://here.example/notes#1", "misskey"),
        ("create-of-a-post", "/object/id", "https://b.example/notes/1", "mastodon-4.5"),
        ("create-of-a-post", "/object/content", "x" * 50 * 1024, "takahe"),
        ("create-of-a-post", "/object/deep", [[[[[[[[]]]]]]]], "pixelfed"),
        ("create-of-a-post", "/object/tag", [], "gotosocial"),
        ("update-of-a-post", "/object/updated", "2026-11-20T10:00:00Z", "mastodon-4.5"),
        ("update-of-an-actor", "/object/publicKey", [], "misskey"),
        ("update-of-an-actor", "/object/name", "", "misskey"),
        ("update-of-an-actor", "/object/outbox", "https://b.example/outbox", "misskey"),
        ("announce", "/object", {"id": "https://c.example/1"}, "lemmy"),
        ("announce", "/to", [f"{ALICE}/followers"], "mastodon-4.5"),
        ("announce", "/published", None, "misskey"),
        ("undo-of-an-announce", "/object", "https://here.example/announces/1", "akkoma"),
        ("accept", "/object", "THING", "takahe"),
        ("follow", "/object", {"id": "FRANK"}, "takahe"),
        ("delete", "/object", "https://here.example/notes/1", "pixelfed"),
        ("delete", "/object/formerType", "Note", "fedify"),
        ("add", "/target", "https://here.example/tags", "mastodon-4.5"),
        ("like", "/type", "Wave", "lemmy"),
    ],
)
def test_what_is_broken_is_complained_of(name: str, place: str, value: Any, software: str) -> None:
    if place == "/object/tag":
        mention = {"type": "Mention", "href": ALICE, "name": "@alice"}
        value = [mention] * 5
    assert _complaints(software, _with(name, (place, value)))


def test_an_answer_that_is_broken_is_complained_of() -> None:
    post, url = _body("post"), "https://here.example/notes/ID1"
    media_type, every = "application/activity+json", BY_NAME["mastodon-4.5"]

    def wrong(status: int, kind: str, document: dict[str, Any], at: str = url) -> list[str]:
        return list(reading.fetched(every, at, status, kind, document))

    assert not wrong(200, media_type, post)
    assert wrong(404, media_type, post)
    assert wrong(200, "application/ld+json", post)
    assert wrong(200, media_type, post, f"{url}?x=1")
    assert wrong(410, media_type, post)
    assert wrong(200, media_type, _with("post", ("/attributedTo", "https://b.example/bob")))
    assert wrong(200, media_type, _body("page-of-the-outbox") | {"partOf": None}, f"{ALICE}/outbox")
    takahe = BY_NAME["takahe"]
    for answer in (STRINGS, OBJECTS):
        served = post | {"attributedTo": answer}
        assert list(reading.fetched(takahe, url, 200, media_type, served))
