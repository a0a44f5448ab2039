"""Programs of people write to an outbox and read an inbox (ActivityPub 6), on our own tokens."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from activitypub.shell.guard import AddressPolicy
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from fedi_cotweet.services import tokens
from tests.federation.cast import Cast
from tests.federation.pictures import png
from tests.federation.test_acceptances import followed_by_frank

ALL = "read write"


class Program:
    """A person's own program."""

    def __init__(self, cast: Cast, name: str, token: str) -> None:
        self.cast, self.name, self.token = cast, name, token
        self.uri = cast.here.actor(name)

    async def raw(self, method: str, url: str, **options: Any) -> tuple[int, Any, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": ACTIVITY_JSON}
        headers |= options.pop("headers", {})
        url = url if "://" in url else self.cast.here.base + url
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, url, headers=headers, allow_redirects=False, **options
            ) as answer,
        ):
            body = await answer.read()
            return answer.status, answer.headers, json.loads(body) if body else None

    async def post(self, document: dict[str, Any], status: int = 201) -> str:
        """Post to one's outbox; what it is called."""
        found, headers, body = await self.raw(
            "POST",
            f"/users/{self.name}/outbox",
            data=json.dumps(document),
            headers={"Content-Type": ACTIVITY_JSON},
        )
        assert found == status, body
        return str(headers.get("Location") or (body or {}).get("error"))

    async def get(self, url: str, status: int = 200) -> Any:
        found, _, body = await self.raw("GET", url)
        assert found == status, body
        return body

    async def items(self, box: str) -> list[dict[str, Any]]:
        """What an inbox or outbox holds."""
        page = await self.get(f"/users/{self.name}/{box}?page=1")
        return list(page.get("orderedItems", []))


async def program(cast: Cast, name: str, scopes: str = ALL) -> Program:
    here = cast.here
    token, _ = await here.write(
        lambda tx: tokens.mint(tx, here.server.context.env, name, scopes, app="a program")
    )
    return Program(cast, name, token)


def note(content: str = "<p>Hello.</p>", **members: Any) -> dict[str, Any]:
    return {"type": "Note", "content": content, "to": [PUBLIC], **members}


async def test_a_note_becomes_a_post_and_goes_to_its_followers(cast: Cast) -> None:
    await followed_by_frank(cast)
    alice = await program(cast, "alice")
    uri = await alice.post(
        note("<p>Hi<script>evil()</script> <b>there</b></p>", id="https://x.y/z")
    )
    await cast.here.settle()
    create = await alice.get(uri)
    assert create["type"] == "Create"
    assert create["id"] == uri
    assert create["object"]["attributedTo"] == alice.uri
    assert "evil" not in create["object"]["content"]
    assert (await alice.items("outbox"))[0]["id"] == uri
    assert uri in str(cast.a.received) + str(cast.b.received) + str(cast.c.received)


@pytest.mark.parametrize(
    ("members", "visibility"),
    [
        ({"to": ["as:Public"]}, "public"),
        ({"to": [], "cc": [PUBLIC]}, "unlisted"),
        ({"to": ["FOLLOWERS"]}, "followers"),
        ({"to": ["BOB"]}, "direct"),
        ({"to": [], "bcc": ["BOB"]}, "direct"),
        ({"to": []}, "direct"),
    ],
)
async def test_whom_it_is_for_is_one_of_our_visibilities(
    cast: Cast, members: dict[str, Any], visibility: str
) -> None:
    alice, bob, dave = [await program(cast, name) for name in ("alice", "bob", "dave")]
    names = {"FOLLOWERS": f"{alice.uri}/followers", "BOB": bob.uri}
    made = {name: [names.get(uri, uri) for uri in listed] for name, listed in members.items()}
    uri = await alice.post(note("<p>For some.</p>", **made))
    held = await cast.here.post(uri.removesuffix("/activity"))
    assert held is not None
    assert held.visibility == visibility
    create = await alice.get(uri)
    assert "bcc" not in create
    assert "bcc" not in create["object"]
    asked_for_bob = any("BOB" in listed for listed in members.values())
    await bob.get(uri, 200 if asked_for_bob or visibility in ("public", "unlisted") else 404)
    assert (uri in [item.get("id") for item in await bob.items("inbox")]) == asked_for_bob
    if visibility in ("followers", "direct"):
        await dave.get(uri, 404)
        await dave.get(uri.removesuffix("/activity"), 404)
        assert await dave.items("inbox") == []


async def test_what_cannot_be_is_said_in_words_and_changes_nothing(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    refused = {
        "cannot_address": note(to=[f"{bob.uri}/followers"]),
        "cannot_be_written": {"type": "Article", "content": "Long."},
        "empty_post": note(""),
        "no_such_media": note(attachment=["https://elsewhere.example/a.png"]),
        "not_done_here": {"type": "Travel", "object": bob.uri},
        "bad_target": {"type": "Add", "object": alice.uri, "target": bob.uri},
        "self_follow": {"type": "Follow", "object": alice.uri},
        "nothing_to_undo": {"type": "Undo", "object": f"{alice.uri}/activities/1"},
    }
    for code, document in refused.items():
        status = 404 if code == "nothing_to_undo" else 422
        assert await alice.post(document, status) == code
    assert await alice.post({"type": "Like"}, 400) == "no_object"
    assert await alice.post({"type": "Create", "actor": bob.uri, "object": note()}, 403)
    assert await alice.items("outbox") == []


async def test_nobody_reads_or_writes_in_the_place_of_another(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    narrow = await program(cast, "alice", "read:statuses write:favourites")
    stranger = Program(cast, "alice", "wrong")
    for asking, status in ((bob, 403), (narrow, 403), (stranger, 401)):
        found, headers, body = await asking.raw(
            "POST",
            "/users/alice/outbox",
            data=json.dumps(note()),
            headers={"Content-Type": ACTIVITY_JSON},
        )
        assert (found, headers["Access-Control-Allow-Origin"]) == (status, "*")
        assert body["message"]
        assert (await asking.raw("GET", "/users/alice/inbox"))[0] == status
    uri = await alice.post({"type": "Follow", "object": cast.carol.id})
    assert uri in [item["id"] for item in await alice.items("outbox")]
    theirs = await bob.get("/users/alice/outbox?page=1")
    assert uri not in str(theirs)
    await bob.get(uri, 404)


async def test_a_post_is_changed_in_part_and_deleted(cast: Cast) -> None:
    alice = await program(cast, "alice")
    uri = (await alice.post(note("<p>One.</p>", summary="Careful"))).removesuffix("/activity")
    cast.here.clock.advance(5_000)
    await alice.post({"type": "Update", "object": {"id": uri, "content": "<p>Two.</p>"}})
    held = await alice.get(uri)
    assert (held["content"], held["summary"]) == ("<p>Two.</p>", "Careful")
    cast.here.clock.advance(5_000)
    await alice.post({"type": "Update", "object": {"id": uri, "summary": None}})
    held = await alice.get(uri)
    assert held["content"] == "<p>Two.</p>"
    assert not held.get("summary")
    bob = await program(cast, "bob")
    changed = {"type": "Update", "object": {"id": uri, "content": "Mine"}}
    assert await bob.post(changed, 404) == "not_found"
    assert await bob.post({"type": "Delete", "object": uri}, 404) == "not_found"
    await alice.post({"type": "Delete", "object": uri})
    assert (await alice.get(uri, 410))["type"] == "Tombstone"


async def test_likes_boosts_follows_blocks_and_pins_are_done_and_undone(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    post = (await bob.post(note())).removesuffix("/activity")
    mine = (await alice.post(note())).removesuffix("/activity")
    for kind in ("Like", "Announce"):
        uri = await alice.post({"type": kind, "object": post})
        arrived = [item["type"] for item in await bob.items("inbox")]
        assert kind in arrived
        await bob.post({"type": "Undo", "object": uri}, 404)
        await alice.post({"type": "Undo", "object": {"id": uri, "type": "Whatever"}})
    target = f"{alice.uri}/collections/featured"
    await alice.post({"type": "Add", "object": mine, "target": target})
    assert (await alice.get(target))["totalItems"] == 1
    await alice.post({"type": "Remove", "object": mine, "target": target})
    assert (await alice.get(target))["totalItems"] == 0
    followed = await alice.post({"type": "Follow", "object": bob.uri})
    await cast.here.settle()
    assert (await alice.get("/users/alice/following"))["totalItems"] == 1
    assert "Follow" in [item["type"] for item in await bob.items("inbox")]
    await bob.post({"type": "Reject", "object": followed}, 200)
    assert (await alice.get("/users/alice/following"))["totalItems"] == 0
    await alice.post({"type": "Block", "object": bob.uri}, 200)
    await bob.get(mine)
    assert await bob.post({"type": "Like", "object": mine}, 404) == "not_found"
    block = {"type": "Block", "object": bob.uri}
    await alice.post({"type": "Undo", "object": block}, 200)
    assert await alice.post({"type": "Undo", "object": block}, 404) == "nothing_to_undo"
    await bob.post({"type": "Like", "object": mine})


async def test_co_authors_are_asked_and_agree_by_their_own_programs(cast: Cast) -> None:
    alice, bob, dave = [await program(cast, name) for name in ("alice", "bob", "dave")]
    both = note("<p>By us.</p>", attributedTo=[alice.uri, bob.uri])
    draft = await alice.post({"type": "Create", "object": both}, 202)
    await cast.here.settle()
    offers = [item for item in await bob.items("inbox") if item["type"] == "Offer"]
    assert [one["object"]["id"] for one in offers] == [draft]
    assert await dave.items("inbox") == []
    for who, status in ((alice, 200), (bob, 200), (dave, 404)):
        await who.get(draft, status)
    offer = offers[0]["id"]
    assert await dave.post({"type": "Accept", "object": offer}, 404) == "not_found"
    await bob.post({"type": "Accept", "object": offer})
    await cast.here.settle()
    published = await dave.get(draft)
    assert [one["id"] for one in published["attributedTo"]] == [alice.uri, bob.uri]


async def test_an_offer_of_a_draft_asks_one_more_and_can_be_declined(cast: Cast) -> None:
    alice, bob = await program(cast, "alice"), await program(cast, "bob")
    asked = {"type": "Offer", "object": note("<p>By us.</p>"), "target": bob.uri}
    draft = await alice.post(asked, 202)
    await cast.here.settle()
    again = {"type": "Offer", "object": draft, "target": cast.here.actor("dave")}
    assert await alice.post(again, 202) == draft
    await cast.here.settle()
    dave = await program(cast, "dave")
    offers = [item["id"] for item in await dave.items("inbox") if item["type"] == "Offer"]
    assert len(offers) == 1
    await dave.post({"type": "Reject", "object": offers[0]})
    await cast.here.settle()
    held = await cast.here.post(draft)
    assert held is not None
    assert held.state == "draft"


async def test_a_picture_is_uploaded_and_attached(cast: Cast) -> None:
    alice = await program(cast, "alice")
    form = aiohttp.FormData()
    form.add_field("object", json.dumps({"type": "Image", "name": "A dot."}))
    form.add_field("file", png((1, 2, 3)), filename="dot.png", content_type="image/png")
    status, headers, made = await alice.raw("POST", "/uploadMedia", data=form)
    assert status == 201, made
    assert made["url"] == headers["Location"]
    uri = (await alice.post(note(attachment=[made]))).removesuffix("/activity")
    shown = (await alice.get(uri))["attachment"][0]
    assert (shown["url"], shown["name"]) == (made["url"], "A dot.")
    bob = await program(cast, "bob")
    assert await bob.post(note(attachment=[made]), 422) == "no_such_media"


async def test_only_public_things_come_through_the_proxy(cast: Cast) -> None:
    alice = await program(cast, "alice")
    origin = cast.carol
    for to, status in (([PUBLIC], 200), ([alice.uri], 404)):
        made = {"id": origin.mint("notes"), "type": "Note", "to": to, "content": "x"}
        cast.c.serve(made)
        found, _, body = await alice.raw("POST", "/proxyUrl", data={"id": made["id"]})
        assert found == status, body
    own = await alice.post(note())
    status, headers, _ = await alice.raw("POST", "/proxyUrl", data={"id": own})
    assert (status, headers["Location"]) == (303, own)
    status, _, _ = await Program(cast, "alice", "").raw("POST", "/proxyUrl", data={"id": own})
    assert status == 401


async def test_blind_readers_are_never_shown_to_others(cast: Cast) -> None:
    alice = await program(cast, "alice")
    bob, dave = cast.here.actor("bob"), cast.here.actor("dave")
    followers = f"{alice.uri}/followers"
    for members in ({"to": [bob], "bcc": [dave]}, {"bto": [bob, dave]}, {"to": [followers]}):
        made = {**note(to=[], bcc=[dave]), **members}
        assert await alice.post(made, 422) == "cannot_address"
    uri = await alice.post(note(bcc=[dave]))
    assert dave not in str(await alice.get(uri))
    assert dave not in str(await alice.get(uri.removesuffix("/activity")))


async def test_a_create_that_came_by_the_shared_inbox_has_its_id(cast: Cast) -> None:
    await cast.follow(cast.alice)
    alice, dave = cast.alice, await program(cast, "dave")
    made = {
        "id": alice.mint("notes"),
        "type": "Note",
        "attributedTo": alice.id,
        "content": "<p>For all.</p>",
        "to": [PUBLIC],
    }
    create = alice.activity("Create", made, to=[PUBLIC])
    await alice.send(f"{cast.here.base}/inbox", create)
    await cast.here.settle()
    assert create["id"] in [item.get("id") for item in await dave.items("inbox")]


async def test_pages_of_any_origin_read_with_a_token_what_has_an_id(cast: Cast) -> None:
    alice = await program(cast, "alice")
    create = await alice.post(note())
    paths = [alice.uri, create, create.removesuffix("/activity"), f"{alice.uri}/followers"]
    for path in (*paths, f"{alice.uri}/activities/1"):
        _, headers, _ = await alice.raw("GET", path)
        assert headers["Access-Control-Allow-Origin"] == "*"
        asked = {"Access-Control-Request-Headers": "authorization"}
        status, headers, _ = await alice.raw("OPTIONS", path, headers=asked)
        assert status == 204
        assert "Authorization" in headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in headers


async def test_the_proxy_minds_whom_the_caller_blocks(cast: Cast) -> None:
    alice, dave = await program(cast, "alice"), await program(cast, "dave")
    origin = cast.carol
    made = {"id": origin.mint("notes"), "type": "Note", "to": [PUBLIC], "attributedTo": origin.id}
    cast.c.serve(made)
    announced = {
        "id": cast.bob.mint("announces"),
        "type": "Announce",
        "actor": cast.bob.id,
        "to": [PUBLIC],
        "object": {**made, "content": "<p>x</p>"},
    }
    cast.b.serve(announced)
    await alice.post({"type": "Block", "object": origin.id})
    for uri in (made["id"], announced["id"], origin.id):
        assert (await alice.raw("POST", "/proxyUrl", data={"id": uri}))[0] == 404
        assert (await dave.raw("POST", "/proxyUrl", data={"id": uri}))[0] == 200
    await cast.deliver(cast.bob, cast.bob.activity("Block", dave.uri))
    assert (await dave.raw("POST", "/proxyUrl", data={"id": announced["id"]}))[0] == 404


async def test_the_proxy_asks_no_private_address(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, origin = await program(cast, "alice"), cast.carol
    uri = origin.mint("notes")
    cast.c.serve({"id": uri, "type": "Note", "to": [PUBLIC], "content": "x"})
    allowed = await alice.raw("POST", "/proxyUrl", data={"id": uri})
    assert (allowed[0], cast.c.times_asked(uri)) == (200, 1)
    # As it is where a server is not being developed: the tests' own servers are on loopback.
    client = cast.here.server.runtime.client
    for part in (client, client._transport):
        monkeypatch.setattr(part, "_policy", AddressPolicy())
    private = ("10.1.2.3", "169.254.169.254", "[fd00::1]", "127.0.0.1", "localhost", "2130706433")
    addresses = [f"{scheme}://{host}/a" for scheme in ("https", "http") for host in private]
    for address in (uri, *addresses, "ftp://10.1.2.3/"):
        status, _, body = await alice.raw("POST", "/proxyUrl", data={"id": address})
        assert (status, body["error"]) in ((502, "cannot_fetch"), (422, "bad_id"))
    assert cast.c.times_asked(uri) == 1
