"""The plain server is as strict as Mastodon about what it accepts and whom it shows it to."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.rfc9421 import sign_rfc9421
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from demo.plain_server.app import now_ms
from demo.plain_server.feed import WINDOW
from tests.demo.conftest import Plain
from tests.demo.scripted_peer import Peer, Person, loopback, post

HOUR = 3_600_000
ALICE, BOB = "alice", "bob"


async def shown(u: Plain) -> list[tuple[str, str | None]]:
    """Author and booster of each entry of gina's timeline, newest first, without hosts."""
    return [
        (
            entry["author"].split("@")[0],
            entry["boosted_by"] and entry["boosted_by"].split("@")[0],
        )
        for entry in await u.timeline()
    ]


# Following


async def test_a_follow_counts_from_its_acceptance_on(u: Plain, a: Peer, alice: Person) -> None:
    asked = await u.ask_to_follow(alice, a)
    assert (asked["type"], asked["actor"], asked["object"]) == ("Follow", u.gina, alice.id)
    early = alice.create(alice.note())
    assert "irrelevant" in await u.deliver(early, alice)
    mention = alice.create(alice.note(cc=[u.gina]))
    assert await u.deliver(mention, alice) == "done: stored"
    assert await shown(u) == []
    await u.deliver(alice.activity("Accept", asked), alice)
    assert await u.deliver(alice.create(alice.note()), alice) == "done: stored"
    assert await shown(u) == [(ALICE, None)] * 2


async def test_only_the_followed_can_accept(u: Plain, a: Peer, alice: Person) -> None:
    asked = await u.ask_to_follow(alice, a)
    mallory = a.person("mallory")
    assert (await u.deliver(mallory.activity("Accept", asked), mallory)).startswith("ignored")
    assert "irrelevant" in await u.deliver(alice.create(alice.note()), alice)


async def test_a_rejected_follow_ends(u: Plain, a: Peer, alice: Person) -> None:
    asked = await u.ask_to_follow(alice, a)
    await u.deliver(alice.activity("Accept", asked), alice)
    await u.deliver(alice.activity("Reject", asked["id"]), alice)
    assert "irrelevant" in await u.deliver(alice.create(alice.note()), alice)


async def test_nobody_follows_without_the_token(u: Plain, alice: Person) -> None:
    async with aiohttp.ClientSession() as session:
        address = f"{u.base}/control/follow"
        for headers in ({}, {"Authorization": "Bearer guess"}):
            async with session.post(
                address, params={"handle": alice.handle}, headers=headers
            ) as answer:
                assert answer.status == 401
        async with session.post(
            address, params={"handle": alice.handle, "person": "zoe"}, headers=u.token
        ) as answer:
            assert answer.status == 404
        nobody = alice.handle.replace("alice", "nobody")
        async with session.post(address, params={"handle": nobody}, headers=u.token) as answer:
            assert (answer.status, (await answer.json())["error"]) == (422, "no_webfinger")


# Signatures


async def test_nothing_is_kept_that_was_not_signed_right(u: Plain, a: Peer, alice: Person) -> None:
    create = alice.create(alice.note())
    other = json.dumps(alice.create(alice.note("<p>Another.</p>"))).encode()
    unknown = Person(a.base, "alice", "third")
    assert await post(u.inbox, create, alice, change={"Signature": ""}) == 401
    assert await post(u.inbox, create, alice, change={"Digest": ""}) == 401
    assert await post(u.inbox, create, alice, body=other) == 401
    assert (
        await post(u.inbox, create, alice, change={"Date": "Mon, 02 Nov 2026 10:00:00 GMT"}) == 401
    )
    assert await post(u.inbox, create, alice, at=now_ms() - 3 * HOUR) == 401
    assert await post(u.inbox, create, alice, at=now_ms() + 3 * HOUR) == 401
    assert await post(u.inbox, create, unknown) == 401
    assert await post(u.inbox, create, Person(a.base, "nobody")) == 401
    assert await u.outcomes() == {}


async def test_a_signature_for_another_inbox_is_refused(u: Plain, a: Peer, alice: Person) -> None:
    create = alice.create(alice.note())
    body = json.dumps(create).encode()
    headers = sign_cavage("POST", f"{a.base}/inbox", body, alice.key, now_ms())
    assert await post(u.inbox, create, alice, change=headers) == 401
    assert await u.outcomes() == {}


async def test_only_the_older_signatures_are_understood(u: Plain, alice: Person) -> None:
    body = json.dumps(alice.create(alice.note())).encode()
    headers = sign_rfc9421("POST", u.inbox, body, alice.key, now_ms())
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            u.inbox, data=body, headers={"Content-Type": ACTIVITY_JSON, **headers}
        ) as answer,
    ):
        assert answer.status == 401
    assert await u.outcomes() == {}


async def test_nobody_speaks_for_another_actor(u: Plain, a: Peer, alice: Person) -> None:
    mallory = a.person("mallory")
    assert await post(u.inbox, alice.create(alice.note()), mallory) == 401
    assert await u.outcomes() == {}


async def test_a_key_that_cannot_be_fetched_is_a_passing_trouble(u: Plain) -> None:
    async with Peer() as gone:
        lost = gone.person("lost")
    assert await post(u.inbox, lost.create(lost.note()), lost) == 503


async def test_a_new_key_is_fetched_once_the_old_one_fails(
    u: Plain, a: Peer, alice: Person
) -> None:
    await u.follow(alice, a)
    renewed = a.person("alice", "third")
    assert await u.deliver(renewed.create(renewed.note()), renewed) == "done: stored"
    assert await post(u.inbox, alice.create(alice.note()), alice) == 401


async def test_what_no_server_sends_is_refused_at_the_door(u: Plain, alice: Person) -> None:
    create = alice.create(alice.note())
    assert await post(u.inbox, create | {"actor": [alice.id, alice.id]}, alice) == 400
    assert await post(u.inbox, create | {"actor": [alice.id]}, alice) == 400
    assert await post(u.inbox, b"[]", alice) == 400
    assert await post(u.inbox, b"{", alice) == 400
    assert await post(u.inbox, b"{" + b" " * 1_100_000 + b"}", alice) == 413
    assert await u.outcomes() == {}


# Create


async def test_a_create_nobody_asked_for_is_taken_and_dropped(u: Plain, alice: Person) -> None:
    assert "irrelevant" in await u.deliver(alice.create(alice.note()), alice)
    assert await shown(u) == []


async def test_a_mention_is_kept_but_in_no_timeline(u: Plain, alice: Person) -> None:
    mention = alice.note(cc=[u.gina])
    assert await u.deliver(alice.create(mention), alice) == "done: stored"
    personal = alice.create(alice.note())
    assert await u.deliver(personal, alice, inbox=f"{u.gina}/inbox") == "done: stored"
    assert await shown(u) == []


async def test_the_author_is_who_signed(u: Plain, a: Peer, alice: Person, bob: Person) -> None:
    await u.follow(alice, a)
    for attributed_to in (
        [alice.id, bob.id],
        [bob.id, alice.id],
        [{"type": "Person", "id": bob.id}],
        bob.id,
        f"{a.base}/users/carol",
    ):
        note = alice.note(attributedTo=attributed_to)
        assert await u.deliver(alice.create(note), alice) == "done: stored"
    assert set(await shown(u)) == {(ALICE, None)}


async def test_a_note_on_another_host_than_its_signer_is_refused(
    u: Plain, a: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(alice, a)
    create = alice.create(bob.note(attributedTo=alice.id))
    assert "other_host" in await u.deliver(create, alice)


async def test_co_authorship_means_nothing_here(
    u: Plain, a: Peer, alice: Person, bob: Person
) -> None:
    offer = alice.activity("Offer", alice.note(coAuthors=[bob.id]), to=[u.gina], target=u.gina)
    assert (await u.deliver(offer, alice, inbox=f"{u.gina}/inbox")).startswith("ignored")
    await u.follow(alice, a)
    note = alice.note(
        coAuthors=[bob.id], coAuthorAuthorization=[f"{bob.base}/users/bob/coauthor/x"]
    )
    await u.deliver(alice.create(note), alice)
    assert await shown(u) == [(ALICE, None)]


async def test_a_post_comes_once(u: Plain, a: Peer, alice: Person) -> None:
    await u.follow(alice, a)
    note = alice.note()
    assert await u.deliver(alice.create(note), alice) == "done: stored"
    assert (await u.deliver(alice.create(note), alice)).startswith("ignored")
    assert await shown(u) == [(ALICE, None)]


async def test_a_second_create_by_somebody_else_is_refused(
    u: Plain, a: Peer, alice: Person
) -> None:
    mallory = a.person("mallory")
    await u.follow(alice, a)
    await u.follow(mallory, a)
    note = alice.note()
    await u.deliver(alice.create(note), alice)
    assert "authorship_change" in await u.deliver(mallory.create(note), mallory)
    assert await shown(u) == [(ALICE, None)]


async def test_a_post_must_be_embedded_and_of_a_kind_shown_here(
    u: Plain, a: Peer, alice: Person
) -> None:
    await u.follow(alice, a)
    bare = alice.activity("Create", alice.mint("notes"), to=[PUBLIC])
    assert "not_embedded" in await u.deliver(bare, alice)
    event = alice.create(alice.note(type="Event"))
    assert "unsupported_type" in await u.deliver(event, alice)


async def test_direct_posts_of_the_followed_are_in_no_timeline(
    u: Plain, a: Peer, alice: Person
) -> None:
    await u.follow(alice, a)
    assert "irrelevant" in await u.deliver(alice.create(alice.note(to=[alice.id], cc=[])), alice)
    assert await u.deliver(alice.create(alice.note(to=[u.gina], cc=[])), alice) == "done: stored"
    assert await shown(u) == []
    narrow = alice.create(alice.note(to=[f"{alice.id}/followers"], cc=[]))
    assert await u.deliver(narrow, alice) == "done: stored"
    assert await shown(u) == [(ALICE, None)]


# Announce


async def test_a_boost_brings_the_post_of_a_stranger(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(bob, b)
    both = [{"type": "Person", "id": alice.id}, {"type": "Person", "id": bob.id}]
    note = a.serve(alice.note("<p>By two.</p>", attributedTo=both))
    assert await u.deliver(bob.announce(note), bob) == "done: boosted"
    entry = (await u.timeline())[0]
    assert (entry["id"], entry["content"]) == (note, "<p>By two.</p>")
    assert entry["author"] == alice.handle[1:]
    assert entry["boosted_by"] == bob.handle[1:]
    signature = next(sign for path, sign in a.asked if note.endswith(path))
    assert f'keyId="{u.gina}#main-key"' in signature


async def test_a_boost_by_somebody_nobody_follows_is_dropped_unfetched(
    u: Plain, a: Peer, alice: Person, bob: Person
) -> None:
    note = a.serve(alice.note())
    assert "irrelevant" in await u.deliver(bob.announce(note), bob)
    assert a.times_asked(note) == 0


@pytest.mark.parametrize("status", [401, 404, 410, 429, 500, 503])
async def test_any_error_loses_the_boost_for_good(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person, status: int
) -> None:
    await u.follow(bob, b)
    note = a.serve(alice.note(), status=status)
    assert (await u.deliver(bob.announce(note), bob)).startswith("refused")
    assert a.times_asked(note) <= 2  # 401 earns a second signature
    assert await shown(u) == []


@pytest.mark.parametrize(
    "kind", ["application/json", "application/ld+json", "text/html", "image/png"]
)
async def test_a_post_of_another_content_type_is_refused(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person, kind: str
) -> None:
    await u.follow(bob, b)
    note = a.serve(alice.note(), kind=kind)
    assert (await u.deliver(bob.announce(note), bob)).startswith("refused")
    assert await shown(u) == []


@pytest.mark.parametrize(
    "members",
    [
        {"id": "http://127.0.0.1:9/notes/1"},
        {"attributedTo": ["BOB", "ALICE"]},
        {"attributedTo": None},
        {"to": ["ALICE/followers"], "cc": []},
        {"type": "Person"},
    ],
    ids=["other id", "first author elsewhere", "no author", "followers only", "other type"],
)
async def test_a_fetched_post_that_does_not_hold_together_is_refused(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person, members: dict[str, Any]
) -> None:
    await u.follow(bob, b)
    named = json.loads(json.dumps(members).replace("ALICE", alice.id).replace("BOB", bob.id))
    note = alice.mint("notes")
    a.serve(alice.note(**{"id": note, **named}), at=note)
    assert (await u.deliver(bob.announce(note), bob)).startswith("refused")
    assert await shown(u) == []


async def test_a_server_that_is_down_is_asked_again(u: Plain, b: Peer, bob: Person) -> None:
    await u.follow(bob, b)
    async with Peer() as first:
        alice = first.person("alice")
        document, port = alice.note(), first.listening.getsockname()[1]
    announce = bob.announce(document["id"])
    assert await post(u.inbox, announce, bob) == 202
    async with Peer(listening=loopback(port)) as again:
        again.person("alice")
        again.serve(document)
        assert await u.outcome(announce) == "done: boosted"
    assert await shown(u) == [(ALICE, BOB)]


async def test_a_server_that_stays_down_loses_the_boost(u: Plain, b: Peer, bob: Person) -> None:
    await u.follow(bob, b)
    async with Peer() as gone:
        note = gone.person("alice").note()
    assert "given up" in await u.deliver(bob.announce(note["id"]), bob)


async def test_one_boost_per_person_and_post(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(bob, b)
    note = a.serve(alice.note())
    await u.deliver(bob.announce(note), bob)
    assert (await u.deliver(bob.announce(note), bob)).startswith("ignored")
    assert await shown(u) == [(ALICE, BOB)]
    assert a.times_asked(note) == 1


@pytest.mark.parametrize("boost_first", [False, True])
async def test_who_follows_both_sees_the_post_once(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person, boost_first: bool
) -> None:
    await u.follow(alice, a)
    await u.follow(bob, b)
    note = alice.note()
    a.serve(note)
    create, announce = (alice.create(note), alice), (bob.announce(note["id"]), bob)
    for activity, by in [announce, create] if boost_first else [create, announce]:
        await u.deliver(activity, by)
    assert len(await shown(u)) == 1


async def test_a_boost_of_a_post_long_gone_by_shows_again(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(alice, a)
    await u.follow(bob, b)
    note, later = alice.note(), [alice.create(alice.note()) for _ in range(WINDOW)]
    a.serve(note)
    await u.deliver(alice.create(note), alice)
    for create in later:
        assert await post(u.inbox, create, alice) == 202
    await u.deliver(bob.announce(note["id"]), bob)
    entries = await shown(u)
    assert (entries[0], len(entries)) == ((ALICE, BOB), WINDOW + 2)


async def test_only_public_posts_can_be_boosted(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(alice, a)
    await u.follow(bob, b)
    note = alice.note(to=[f"{alice.id}/followers"], cc=[])
    await u.deliver(alice.create(note), alice)
    assert "not_announceable" in await u.deliver(bob.announce(note["id"]), bob)
    assert await shown(u) == [(ALICE, None)]


# Update


def edit(author: Person, note: dict[str, Any], content: str, after: int) -> dict[str, Any]:
    changed = note | {"content": content, "updated": format_time(now_ms() + after)}
    return author.activity("Update", changed, to=[PUBLIC])


async def test_an_edit_counts_only_if_it_is_newer(u: Plain, a: Peer, alice: Person) -> None:
    await u.follow(alice, a)
    note = alice.note("<p>First.</p>")
    await u.deliver(alice.create(note), alice)
    silent = alice.activity("Update", note | {"content": "<p>No time.</p>"})
    assert (await u.deliver(silent, alice)).startswith("ignored")
    assert await u.deliver(edit(alice, note, "<p>Second.</p>", HOUR), alice) == "done: updated"
    for late in (HOUR // 2, -HOUR):
        stale = edit(alice, note, "<p>Stale.</p>", late)
        assert (await u.deliver(stale, alice)).startswith("ignored")
    assert [entry["content"] for entry in await u.timeline()] == ["<p>Second.</p>"]


async def test_nobody_edits_anothers_post(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    mallory = a.person("mallory")
    for who, peer in ((alice, a), (bob, b), (mallory, a)):
        await u.follow(who, peer)
    note = alice.note("<p>Mine.</p>")
    await u.deliver(alice.create(note), alice)
    for who in (bob, mallory):
        theirs = edit(who, note, "<p>Theirs.</p>", HOUR)
        assert (await u.deliver(theirs, who)).startswith("refused")
    assert [entry["content"] for entry in await u.timeline()] == ["<p>Mine.</p>"]


async def test_an_update_of_a_post_not_here_is_a_create_only_if_the_post_is_new(
    u: Plain, a: Peer, alice: Person
) -> None:
    await u.follow(alice, a)
    old = alice.note(published=format_time(now_ms() - 30 * HOUR))
    assert (await u.deliver(edit(alice, old, "<p>Old.</p>", 0), alice)).startswith("ignored")
    new = alice.note()
    assert await u.deliver(edit(alice, new, "<p>New.</p>", 0), alice) == "done: stored"
    assert len(await shown(u)) == 1


# Delete and Undo


async def test_a_deleted_post_takes_its_boosts_along_and_never_returns(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(alice, a)
    await u.follow(bob, b)
    note = alice.note()
    a.serve(note)
    await u.deliver(alice.create(note), alice)
    await u.deliver(bob.announce(note["id"]), bob)
    tombstone = {"id": note["id"], "type": "Tombstone"}
    assert (await u.deliver(alice.activity("Delete", tombstone), alice)).startswith("done")
    assert await shown(u) == []
    assert "deleted" in await u.deliver(alice.create(note), alice)
    assert "deleted" in await u.deliver(bob.announce(note["id"]), bob)
    assert await shown(u) == []


async def test_nobody_deletes_anothers_post(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    mallory = a.person("mallory")
    for who, peer in ((alice, a), (bob, b), (mallory, a)):
        await u.follow(who, peer)
    note = alice.note()
    await u.deliver(alice.create(note), alice)
    assert (await u.deliver(bob.activity("Delete", note["id"]), bob)).startswith("refused")
    assert (await u.deliver(mallory.activity("Delete", note["id"]), mallory)).startswith("ignored")
    assert await shown(u) == [(ALICE, None)]


async def test_a_deleted_actor_takes_everything_along(u: Plain, a: Peer, alice: Person) -> None:
    await u.follow(alice, a)
    await u.deliver(alice.create(alice.note()), alice)
    await u.deliver(alice.activity("Delete", alice.id), alice)
    assert await shown(u) == []
    assert "irrelevant" in await u.deliver(alice.create(alice.note()), alice)


@pytest.mark.parametrize("embedded", [True, False])
async def test_a_boost_can_be_undone_by_its_booster_alone(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person, embedded: bool
) -> None:
    mallory = b.person("mallory", "second")
    await u.follow(bob, b)
    announce = bob.announce(a.serve(alice.note()))
    await u.deliver(announce, bob)
    thing = (
        {key: announce[key] for key in ("type", "id", "actor", "object")}
        if embedded
        else announce["id"]
    )
    assert not (await u.deliver(mallory.activity("Undo", thing), mallory)).startswith("done")
    assert not (await u.deliver(alice.activity("Undo", thing), alice)).startswith("done")
    assert await shown(u) == [(ALICE, BOB)]
    assert (await u.deliver(bob.activity("Undo", thing), bob)).startswith("done")
    assert await shown(u) == []


async def test_an_undo_that_overtakes_its_boost_holds(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(bob, b)
    announce = bob.announce(a.serve(alice.note()))
    await u.deliver(bob.activity("Undo", announce), bob)
    assert (await u.deliver(announce, bob)).startswith("ignored")
    assert await shown(u) == []


async def test_the_post_of_a_followed_author_outlives_the_boost(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(alice, a)
    await u.follow(bob, b)
    note = alice.note()
    a.serve(note)
    announce = bob.announce(note["id"])
    await u.deliver(announce, bob)
    await u.deliver(alice.create(note), alice)
    await u.deliver(bob.activity("Undo", announce), bob)
    assert await shown(u) == [(ALICE, None)]


# What is seen


async def test_the_page_shows_authors_boosters_and_harmless_content(
    u: Plain, a: Peer, b: Peer, alice: Person, bob: Person
) -> None:
    await u.follow(bob, b)
    note = a.serve(alice.note('<p onclick="x()">Hi <script>alert(1)</script><em>you</em></p>'))
    await u.deliver(bob.announce(note), bob)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{u.base}/timeline/gina") as answer,
    ):
        page = await answer.text()
        assert answer.content_type == "text/html"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert f"<strong>{alice.handle}</strong>" in page
    assert f"boosted by {bob.handle}" in page
    assert "<em>you</em>" in page
    assert "script" not in page
    assert "onclick" not in page


async def test_people_here_can_be_found(u: Plain) -> None:
    host = u.base.removeprefix("http://")
    jrd = await u.get("/.well-known/webfinger", params={"resource": f"acct:gina@{host}"})
    assert jrd["links"][0]["href"] == u.gina
    actor = await u.get("/users/gina")
    assert (actor["id"], actor["publicKey"]["owner"]) == (u.gina, u.gina)
    with pytest.raises(aiohttp.ClientResponseError, match="404"):
        await u.get("/users/zoe")
