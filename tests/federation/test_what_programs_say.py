"""What programs of people say of their posts, as everybody else reads it (ActivityPub 6)."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from tests.federation.cast import Cast
from tests.federation.test_client_to_server import note, program

CHALLENGE = "test:InitiateChallenge"
CONTEXT = ["https://www.w3.org/ns/activitystreams", {"test": "https://custom.test/ns#"}]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


async def test_addressing_is_kept_as_it_was_sent_and_the_blind_stay_unseen(cast: Cast) -> None:
    alice = await program(cast, "alice")
    people = {name: cast.here.actor(name) for name in ("bob", "dave")}
    frank, carol = cast.bob.id, cast.carol.id
    made = {
        "type": "Create",
        "to": frank,
        "cc": people["dave"],
        "bcc": "as:Public",
        "bto": carol,
        "audience": alice.uri,
        "object": {"type": "Note", "content": "<p>For them.</p>", "to": people["bob"]},
    }
    uri = await alice.post(made)
    await cast.here.settle()
    for document in (await alice.get(uri), await alice.get(uri.removesuffix("/activity"))):
        assert sorted(document["to"]) == sorted([frank, people["bob"]])
        assert document["cc"] == people["dave"]
        assert document["audience"] == alice.uri
        assert not {"bto", "bcc"} & document.keys()
        assert carol not in str(document)
    assert uri in str(cast.b.received)
    assert uri in str(cast.c.received)
    assert carol not in str(cast.b.received)


async def test_a_name_and_an_audience_are_kept_changed_and_taken_away(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    audience = [bob.uri, "as:Public"]
    named = {"type": "Note", "name": "A <b>name</b>", "content": "<p>Words.</p>"}
    create = await alice.get(await alice.post({**named, "audience": audience}))
    uri = create["object"]["id"]
    assert create["object"]["name"] == "A <b>name</b>"
    assert create["audience"] == create["object"]["audience"] == audience
    assert create["id"] in [item.get("id") for item in await bob.items("inbox")]
    for name in ("Another", None):
        cast.here.clock.advance(5_000)
        await alice.post({"type": "Update", "object": {"id": uri, "name": name}})
        held = await alice.get(uri)
        assert held.get("name") == name
        assert held["content"] == "<p>Words.</p>"
        assert held["audience"] == audience
    assert await alice.post({**named, "name": "x" * 501}, 422) == "too_long"
    await alice.post({"type": "Delete", "object": uri})
    assert "name" not in await alice.get(uri, 410)


async def test_a_post_that_has_a_name_alone_says_that(cast: Cast) -> None:
    alice = await program(cast, "alice")
    uri = await alice.post({"type": "Note", "name": "Tom & <Jerry>", "to": PUBLIC})
    held = (await alice.get(uri))["object"]
    assert (held["name"], held["content"]) == ("Tom & <Jerry>", "<p>Tom &amp; &lt;Jerry&gt;</p>")


async def test_further_types_are_kept_where_they_claim_nothing(cast: Cast) -> None:
    alice = await program(cast, "alice")
    hostile = ["Person", "Tombstone", "CoAuthorAuthorization", "toot:Emoji", "x" * 400]
    made = {
        "@context": [*CONTEXT, {"toot": "https://evil.example/", "Note": "https://evil.example/N"}],
        "type": ["Create", CHALLENGE, *hostile],
        "to": PUBLIC,
        "object": note(type=["Note", "test:Game", "https://custom.test#Frob", *hostile]),
    }
    create = await alice.get(await alice.post(made))
    assert create["type"] == ["Create", CHALLENGE]
    kept = ["Note", "https://custom.test/ns#Game", "https://custom.test#Frob"]
    assert create["object"]["type"] == kept
    assert create["@context"][-1] == CONTEXT[-1]
    assert "evil.example" not in str(create)
    assert CHALLENGE in (await alice.items("outbox"))[0]["type"]
    bob = await program(cast, "bob")
    shown = (await bob.get("/users/alice/outbox?page=1"))["orderedItems"][0]
    assert shown["object"] == create["object"]["id"]


async def test_nothing_of_it_stands_in_what_several_are_asked_to_agree_to(cast: Cast) -> None:
    alice = await program(cast, "alice")
    both = note(
        name="A name",
        type=["Note", "https://custom.test#Frob"],
        attributedTo=[alice.uri, cast.here.actor("bob")],
        audience="as:Public",
    )
    draft = await alice.get(await alice.post({"type": "Create", "object": both}, 202))
    assert draft["type"] == "Note"
    assert not {"name", "audience"} & draft.keys()


@pytest.mark.parametrize(("kind", "collection"), [("Like", "likes"), ("Announce", "shares")])
async def test_who_liked_and_shared_is_listed_to_the_author_alone(
    cast: Cast, kind: str, collection: str
) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    narrow = await program(cast, "alice", "write:statuses")
    post = (await alice.post(note())).removesuffix("/activity")
    done = await bob.post({"type": kind, "object": post})
    address = f"{post}/{collection}"
    assert (await alice.get(address))["first"] == f"{address}?page=1"
    assert (await alice.get(f"{address}?page=1"))["orderedItems"] == [done]
    for other in (bob, narrow):
        whole = await other.get(address)
        assert whole["totalItems"] == 1
        assert "first" not in whole
        assert done not in str(await other.get(f"{address}?page=1"))
    await bob.post({"type": "Undo", "object": done})
    assert "orderedItems" not in await alice.get(f"{address}?page=1")


async def test_what_somebody_likes_is_listed_to_them_alone(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    narrow = await program(cast, "alice", "read:statuses")
    open_, closed = [
        (await bob.post(note(to=to))).removesuffix("/activity")
        for to in ([PUBLIC], [cast.here.actor("alice")])
    ]
    likes = [await alice.post({"type": "Like", "object": uri}) for uri in (open_, closed)]
    liked = (await alice.get(alice.uri))["liked"]
    assert (await alice.get(f"{liked}?page=1"))["orderedItems"] == [closed, open_]
    for other in (bob, narrow):
        for address in (liked, f"{liked}?page=1"):
            assert not {"totalItems", "first", "orderedItems"} & (await other.get(address)).keys()
    await alice.post({"type": "Undo", "object": likes[0]})
    assert (await alice.get(f"{liked}?page=1"))["orderedItems"] == [closed]
    await bob.post({"type": "Block", "object": alice.uri}, 200)
    assert "orderedItems" not in await alice.get(f"{liked}?page=1")


async def test_an_id_that_is_an_iri_is_not_written_as_a_uri(cast: Cast) -> None:
    alice, carol = await program(cast, "alice"), cast.carol
    made = {
        "id": carol.mint("wiki") + "/Ῥόδος",
        "type": "Note",
        "attributedTo": carol.id,
        "content": "<p>Rhodes.</p>",
        "to": [PUBLIC],
    }
    await carol.send(f"{alice.uri}/inbox", carol.activity("Create", made))
    await cast.here.settle()
    assert made["id"] in [item["object"]["id"] for item in await alice.items("inbox")]
