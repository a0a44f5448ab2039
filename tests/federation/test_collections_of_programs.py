"""Collections, profiles and reports from people's own programs (ActivityPub 6)."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from storage.queries import reports
from tests.federation.cast import Cast
from tests.federation.test_client_to_server import note, program


def collection(**members: Any) -> dict[str, Any]:
    return {"type": "Collection", "totalItems": 0, "items": [], **members}


async def test_a_collection_is_made_filled_emptied_and_deleted(cast: Cast) -> None:
    alice = await program(cast, "alice")
    mine = (await alice.post(note())).removesuffix("/activity")
    create = await alice.post({"type": "Create", "object": collection(name="Rain", items=[mine])})
    made = (await alice.get(create))["object"]
    assert (made["type"], made["name"]) == ("Collection", "Rain")
    address = made["id"]
    elsewhere = "https://elsewhere.example/notes/1"
    added = await alice.post({"type": "Add", "object": elsewhere, "target": made})
    assert (await alice.items("outbox"))[0]["id"] == added
    await alice.post({"type": "Add", "object": {"id": elsewhere}, "target": address}, 200)
    assert (await alice.get(address))["totalItems"] == 2
    assert (await alice.get(f"{address}?page=1"))["items"] == [elsewhere, mine]
    await alice.post({"type": "Remove", "object": mine, "target": address})
    await alice.post({"type": "Remove", "object": mine, "target": address}, 200)
    assert (await alice.get(f"{address}?page=1"))["items"] == [elsewhere]
    await alice.post({"type": "Delete", "object": address})
    await alice.get(address, 404)
    assert await alice.post({"type": "Add", "object": mine, "target": address}, 422) == "bad_target"


@pytest.mark.parametrize("public", [True, False])
async def test_others_read_of_a_collection_what_is_for_everybody(cast: Cast, public: bool) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    open_, closed, theirs = [
        (await who.post(note(to=to))).removesuffix("/activity")
        for who, to in ((alice, [PUBLIC]), (alice, []), (bob, [cast.here.actor("dave")]))
    ]
    nothing = f"{cast.here.base}/notes/12345"
    every = [open_, closed, theirs, nothing, "https://elsewhere.example/secret"]
    made = collection(type="OrderedCollection", orderedItems=every)
    create = await alice.post({"type": "Create", "object": made, "bcc": "Public" if public else []})
    address = (await alice.get(create))["object"]["id"]
    assert (await alice.get(f"{address}?page=1"))["orderedItems"] == every
    await bob.get(create, 404)
    if not public:
        for url in (address, f"{address}?page=1"):
            await bob.get(url, 404)
        return
    assert "totalItems" not in await bob.get(address)
    assert (await bob.get(f"{address}?page=1"))["orderedItems"] == [open_]
    await bob.post({"type": "Add", "object": open_, "target": address}, 422)
    await bob.post({"type": "Remove", "object": open_, "target": address}, 422)
    assert await bob.post({"type": "Delete", "object": address}, 404) == "not_found"
    await alice.post({"type": "Delete", "object": open_})
    assert "orderedItems" not in await bob.get(f"{address}?page=1")


async def test_collections_are_bounded_and_of_one_person(cast: Cast) -> None:
    alice = await program(cast, "alice")
    bob = cast.here.actor("bob")
    many = [f"https://elsewhere.example/{number}" for number in range(1_001)]
    refused = {
        "too_many_items": collection(items=many),
        "cannot_address": collection(to=[bob]),
        "cannot_be_written": collection(attributedTo=[alice.uri, bob]),
    }
    for code, made in refused.items():
        assert await alice.post({"type": "Create", "object": made}, 422) == code
    assert await alice.items("outbox") == []


async def test_a_profile_is_changed_member_by_member(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    writer = await program(cast, "alice", "write:statuses")
    changed = {
        "id": alice.uri,
        "type": "Person",
        "name": "Alice",
        "summary": "<p>Rain<script>evil()</script></p>",
        "attachment": [{"type": "PropertyValue", "name": "Where", "value": "Here"}],
        "manuallyApprovesFollowers": True,
        "inbox": "https://evil.example/inbox",
    }
    await alice.post({"type": "Update", "object": changed})
    held = await alice.get(alice.uri)
    assert (held["name"], held["manuallyApprovesFollowers"]) == ("Alice", True)
    assert "Rain" in held["summary"]
    assert "evil" not in str(held)
    assert held["attachment"][0]["name"] == "Where"
    await alice.post({"type": "Update", "object": {"id": alice.uri, "summary": None}})
    held = await alice.get(alice.uri)
    assert held["name"] == "Alice"
    assert not held.get("summary")
    update = {"type": "Update", "object": {"id": alice.uri, "name": "Mallory"}}
    assert await bob.post(update, 404) == "not_found"
    assert await writer.post(update, 403) == "insufficient_scope"


async def test_a_flag_tells_the_moderators(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    said = (await bob.post(note())).removesuffix("/activity")
    hidden = (await bob.post(note(to=[]))).removesuffix("/activity")
    flag = {"type": "Flag", "object": [bob.uri, said], "content": "<p>Rude.</p>"}
    await alice.post(flag, 200)
    [held] = await cast.here.read(lambda tx: reports.reports(tx, "open", None, 9))
    assert (held.actor_uris, held.object_uris) == ([bob.uri], [said])
    assert (held.comment, held.forwarded_to) == ("Rude.", [])
    for unseen in (hidden, f"{cast.here.base}/notes/12345"):
        assert await alice.post({"type": "Flag", "object": [bob.uri, unseen]}, 404) == "not_found"
    assert await bob.items("inbox") == []
