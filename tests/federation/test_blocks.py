"""Blocks on the wire and what they end: follows, invites, and nothing that is published (C39)."""

from __future__ import annotations

from typing import Any

import pytest

from fedi_cotweet.domain.limits import DAY
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.test_invitations import published

CONTROL = "/api/v1/control"
COTWEETS = "/api/v1/cotweets"


async def call(cast: Cast, path: str, account: str, **members: Any) -> Any:
    answer = await cast.here.api("POST", f"{CONTROL}/{path}", members, account=account)
    await cast.here.settle()
    return answer


async def refused(cast: Cast, path: str, account: str, **members: Any) -> str:
    with pytest.raises(ApiRefusalError) as error:
        await call(cast, path, account, **members)
    return error.value.code


async def test_a_block_ends_follows_in_both_directions_and_is_said_to_the_blocked_alone(
    cast: Cast,
) -> None:
    await cast.follow(cast.bob)
    asked = cast.bob.activity("Follow", cast.here.actor("dave"))
    await cast.deliver(cast.bob, asked)
    await call(cast, "block", "dave", handle=cast.bob.handle)
    [block] = cast.b.received_of("Block")
    assert (block["actor"], block["object"]) == (cast.here.actor("dave"), cast.bob.id)
    assert block["to"] == [cast.bob.id]
    [undo] = cast.b.received_of("Undo")
    assert undo["object"]["type"] == "Follow"
    [reject] = cast.b.received_of("Reject")
    assert reject["object"]["id"] == asked["id"]
    assert [cast.a.received, cast.c.received] == [[], []]
    await cast.deliver(cast.bob, cast.bob.activity("Follow", cast.here.actor("dave")))
    assert len(cast.b.received_of("Reject")) == 2
    assert "follow" not in await cast.told("dave")
    assert await refused(cast, "follow", "dave", handle=cast.bob.handle) == "kept_away"

    await call(cast, "unblock", "dave", handle=cast.bob.handle)
    taken_back = cast.b.received_of("Undo")[-1]["object"]
    assert (taken_back["type"], taken_back["id"]) == ("Block", block["id"])
    await cast.follow(cast.bob)


async def test_a_block_that_comes_in_holds_until_its_undo(cast: Cast) -> None:
    await cast.follow(cast.alice, cast.bob)
    post = cast.cotweet()
    cast.b.serve(post.stamp(cast.bob))
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert post.id in await cast.timeline()
    block = cast.bob.activity("Block", cast.here.actor("dave"))
    await cast.deliver(cast.bob, block)
    assert await cast.timeline() == []
    assert await refused(cast, "follow", "dave", handle=cast.bob.handle) == "cannot_follow"
    assert await cast.told("dave") == []
    stored = await cast.here.post(post.id)
    assert stored is not None
    for answered in (post.id, str(stored.id)):
        reply = {"text": "But I say", "in_reply_to": answered}
        assert await refused(cast, "posts", "dave", **reply) == "no_such_post"
    forged = cast.neighbour.activity("Undo", {"type": "Block", "id": block["id"]})
    await cast.deliver(cast.neighbour, forged)
    assert await cast.timeline() == []
    await cast.deliver(cast.bob, cast.bob.activity("Undo", block["id"]))
    assert post.id in await cast.timeline()


async def test_blocking_cancels_open_invites_without_a_word_to_whom_one_got_them_from(
    cast: Cast,
) -> None:
    sent = await cast.here.api(
        "POST", COTWEETS, {"text": "Shall we?", "with": [cast.bob.handle]}, account="alice"
    )
    post = cast.cotweet(cast.local("alice"), primary=cast.bob)
    await cast.deliver(cast.bob, post.offer(cast.local("alice")))
    invite = await cast.invite("alice")
    assert invite is not None
    before = len(cast.b.received)
    await call(cast, "block", "alice", handle=cast.bob.handle)
    assert [a["type"] for a in cast.b.received[before:]] == ["Undo", "Block"]
    assert cast.b.received[before]["object"]["type"] == "Offer"
    assert await cast.invite("alice") is None
    with pytest.raises(ApiRefusalError, match="not_found"):
        await cast.here.api(
            "POST",
            f"{COTWEETS}/invites/{invite['id']}/accept",
            {"digest": invite["digest"]},
            account="alice",
        )
    draft = await cast.here.api("GET", f"{COTWEETS}/{sent['post']['id']}", account="alice")
    assert [entry["state"] for entry in draft["co_authors"]] == ["withdrawn"]
    again = cast.cotweet(cast.local("alice"), primary=cast.bob)
    await cast.deliver(cast.bob, again.offer(cast.local("alice")))
    assert await cast.invite("alice") is None
    with pytest.raises(ApiRefusalError, match="kept_away"):
        await cast.here.api(
            "POST", COTWEETS, {"text": "Or now?", "with": [cast.bob.handle]}, account="alice"
        )


async def test_consent_to_a_draft_of_somebody_blocked_meanwhile_is_taken_back(cast: Cast) -> None:
    post = cast.cotweet(cast.local("bob"))
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    invite = await cast.invite()
    assert invite is not None
    path = f"{COTWEETS}/invites/{invite['id']}/accept"
    await cast.here.api("POST", path, {"digest": invite["digest"]}, account="bob")
    await cast.here.settle()
    [accept] = cast.a.received_of("Accept")
    await call(cast, "block", "bob", handle=cast.alice.handle)
    assert [d["object"]["id"] for d in cast.a.received_of("Delete")] == [accept["result"]]
    status, _ = await cast.here.get(accept["result"])
    assert status == 410


async def test_about_what_was_published_together_one_is_asked_and_nothing_is_done(
    cast: Cast,
) -> None:
    post = await published(cast)
    await call(cast, "block", "bob", handle=cast.alice.handle)
    assert await cast.shown(post.id) == post.authors
    assert cast.a.received_of("Delete") == []
    [asked] = [kind for kind in await cast.told("bob") if kind == "cotweet.with_blocked"]
    found = await cast.here.api("GET", f"{CONTROL}/notifications", account="bob")
    [item] = [item for item in found["notifications"] if item["kind"] == asked]
    assert item["text"].endswith("unless you take your name off.")
    await cast.here.api("POST", f"{COTWEETS}/{item['post']}/leave", {}, account="bob")
    await cast.here.settle()
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_whoever_blocks_a_server_gets_nothing_from_it_and_no_follower(cast: Cast) -> None:
    await cast.follow(cast.alice, cast.bob)
    await cast.deliver(cast.bob, cast.bob.activity("Follow", cast.here.actor("dave")))
    post = cast.cotweet()
    post.publish()  # bob never agreed: he is only claimed
    await cast.deliver(cast.alice, post.create())
    assert post.id in await cast.timeline()
    await call(cast, "block-host", "dave", host=f"HTTP://{cast.b.host}/")
    assert post.id not in await cast.timeline()
    assert [a["type"] for a in cast.b.received[-2:]] == ["Undo", "Reject"]
    listed = await cast.here.api("GET", f"{CONTROL}/blocks")
    assert [entry["host"] for entry in listed["hosts"]] == [cast.b.host]
    await call(cast, "unblock-host", "dave", host=cast.b.host)
    assert post.id in await cast.timeline()
    assert await refused(cast, "block-host", "dave", host=cast.here.host) == "own_host"
    assert await refused(cast, "block-host", "dave", host="no server") == "bad_host"


async def test_a_mute_for_a_while_ends_by_itself_and_tells_nobody(cast: Cast) -> None:
    await cast.follow(cast.alice)
    post = cast.cotweet()
    post.publish()
    await cast.deliver(cast.alice, post.create())
    before = len(cast.a.received)
    muted = await call(cast, "mute", "dave", handle=cast.alice.handle, for_seconds=DAY // 1000)
    assert muted["until"] == cast.here.clock() + DAY
    assert await cast.timeline() == []
    listed = await cast.here.api("GET", f"{CONTROL}/mutes")
    assert [entry["person"]["uri"] for entry in listed["mutes"]] == [cast.alice.id]
    assert len(cast.a.received) == before
    cast.here.clock.advance(DAY)
    assert post.id in await cast.timeline()
    assert (await cast.here.api("GET", f"{CONTROL}/mutes"))["mutes"] == []


async def test_a_locked_account_decides_who_follows_and_is_told_what_is_public(
    cast: Cast,
) -> None:
    await call(cast, "lock", "bob", locked=True)
    _, document = await cast.here.get("/users/bob", Accept="application/activity+json")
    assert '"manuallyApprovesFollowers":true' in document
    for person in (cast.alice, cast.carol):
        await cast.deliver(person, person.activity("Follow", cast.here.actor("bob")))
    assert (await cast.told("bob")).count("follow_request") == 2
    assert cast.a.received_of("Accept") == []
    listed = await cast.here.api("GET", f"{CONTROL}/follow-requests", account="bob")
    assert [entry["person"]["uri"] for entry in listed["follow_requests"]] == [
        cast.alice.id,
        cast.carol.id,
    ]
    await call(cast, "follow-requests", "bob", handle=cast.alice.handle, accept=True)
    await call(cast, "follow-requests", "bob", handle=cast.carol.handle, accept=False)
    assert len(cast.a.received_of("Accept")) == 1
    assert len(cast.c.received_of("Reject")) == 1
    assert "follow_request" not in await cast.told("bob")
    asked = cast.carol.activity("Follow", cast.here.actor("bob"))
    await cast.deliver(cast.carol, asked)
    assert (await cast.told("bob")).count("follow_request") == 1
    await cast.deliver(cast.carol, cast.carol.activity("Undo", asked))
    assert "follow_request" not in await cast.told("bob")
    assert (
        await refused(cast, "follow-requests", "bob", handle=cast.carol.handle, accept=True)
        == "not_found"
    )
    post = cast.cotweet(cast.local("bob"))
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    invite = await cast.invite()
    assert invite is not None
    assert invite["beyond_followers"] is True
    await call(cast, "lock", "bob", locked=False)
    assert [u["object"]["manuallyApprovesFollowers"] for u in cast.a.received_of("Update")] == [
        False
    ]
