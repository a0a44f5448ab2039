"""What remains of a co-tweet: the consent log, an export; and how co-tweets end on a server."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Tx
from storage.queries import interactions, posts
from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.test_discussion import invited
from tests.federation.test_proposals import wish

COTWEETS = "/api/v1/cotweets"
CONTROL = "/api/v1/control"


async def published_here(cast: Cast) -> tuple[str, str]:
    """Alice here has published with bob elsewhere; id and identifier of the post."""
    view = await cast.here.api(
        "POST", COTWEETS, {"text": "Us two.", "with": [cast.bob.handle]}, account="alice"
    )
    await cast.here.settle()
    [offer] = cast.b.received_of("Offer")
    post = CoTweet(cast.local("alice"), [cast.bob], dict(offer["object"]))
    stamp = post.consent(cast.bob, consentDigest=await _digest(cast, offer["object"]["id"]))
    accept = cast.bob.activity("Accept", offer["id"], result=stamp, to=[offer["actor"]])
    await cast.deliver(cast.bob, accept)
    return view["post"]["id"], view["post"]["uri"]


async def _digest(cast: Cast, uri: str) -> str:
    post = await cast.here.post(uri)
    assert post is not None
    return str(post.digest)


async def published_elsewhere(cast: Cast) -> tuple[CoTweet, str, str]:
    """Alice elsewhere has published with bob here; the invite's and the post's id."""
    post, invite = await invited(cast)
    await cast.here.api(
        "POST", f"{COTWEETS}/invites/{invite}/accept", {"digest": post.digest}, account="bob"
    )
    await cast.here.settle()
    post.stamps[cast.local("bob").id] = cast.a.received_of("Accept")[-1]["result"]
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    held = await cast.here.post(post.id)
    assert held is not None
    return post, invite, str(held.id)


async def log_of(cast: Cast, account: str, number: str) -> list[dict[str, Any]]:
    """The consent log as an author sees it."""
    found = await cast.here.api("GET", f"{COTWEETS}/{number}/log", account=account)
    return list(found["log"])


async def test_the_log_of_the_primary_author_says_which_key_signed_what(cast: Cast) -> None:
    number, uri = await published_here(cast)
    assert await cast.shown(uri) == [cast.here.actor("alice"), cast.bob.id]
    log = {entry["move"]: entry for entry in await log_of(cast, "alice", number)}
    assert {"offer", "accept", "publish"} <= log.keys()
    assert log["publish"]["actor"] == cast.here.actor("alice")
    assert {log[move]["concerns"] for move in ("offer", "accept", "publish")} == {cast.bob.handle}
    accepted = log["accept"]
    assert (accepted["actor"], accepted["handle"]) == (cast.bob.id, cast.bob.handle)
    assert accepted["key"] == f"{cast.bob.id}#main-key"
    assert accepted["stamp"].startswith(f"{cast.bob.id}/coauthor/")
    assert accepted["digest"] == log["offer"]["digest"] == await _digest(cast, uri)
    assert accepted["at"] == cast.here.clock()
    assert log["offer"]["key"] is None
    whole = await cast.here.api("GET", f"{CONTROL}/consent-log?uri={uri}", account="dave")
    assert whole == await cast.here.api("GET", f"{CONTROL}/consent-log?uri={number}")
    assert whole["log"] == await log_of(cast, "alice", number)
    with pytest.raises(ApiRefusalError, match="not_found"):
        await log_of(cast, "dave", number)
    with pytest.raises(ApiRefusalError, match="not_found"):
        await cast.here.api("GET", f"{CONTROL}/consent-log?uri={uri}0")


async def test_the_log_and_an_export_of_the_co_author_outlive_the_post(cast: Cast) -> None:
    post, invite, number = await published_elsewhere(cast)
    stamp = post.stamps[cast.local("bob").id]
    await cast.deliver(cast.alice, cast.alice.activity("Delete", post.id))
    assert await cast.shown(post.id) is None
    log = await log_of(cast, "bob", number)
    assert log == await log_of(cast, "bob", invite)
    moves = {entry["move"]: entry for entry in log}
    assert moves["offer"]["key"] == f"{cast.alice.id}#main-key"
    assert moves["accept"]["key"] == f"{cast.here.actor('bob')}#ed25519-key"
    assert moves["accept"]["stamp"] == stamp
    assert moves["delete"]["key"] == f"{cast.alice.id}#main-key"
    whole = await cast.here.api("GET", f"{COTWEETS}/export", account="bob")
    assert whole["next_before"] is None
    [kept] = whole["consents"]
    assert (kept["object"], kept["state"], kept["why_ended"]) == (
        post.id,
        "deleted",
        "object_deleted",
    )
    assert kept["text"] == "We wrote this together."
    assert kept["authors"] == post.authors
    assert (kept["digest"], kept["stamp_id"]) == (post.digest, stamp)
    assert kept["stamp"]["consentDigest"] == post.digest
    assert '"type": "Offer"' in kept["offer"] or '"type":"Offer"' in kept["offer"]
    one = await cast.here.api("GET", f"{COTWEETS}/export?uri={post.id}", account="bob")
    other = await cast.here.api("GET", f"{COTWEETS}/export?uri={post.id}0", account="bob")
    assert (one["consents"], other["consents"]) == ([kept], [])
    assert (await cast.here.api("GET", f"{COTWEETS}/export", account="dave"))["consents"] == []


async def test_a_proposal_for_a_published_post_is_taken_over_with_everybodys_consent(
    cast: Cast,
) -> None:
    number, uri = await published_here(cast)
    before = await _digest(cast, uri)
    await cast.deliver(cast.bob, wish(cast.bob, uri, cast.here.actor("alice")))
    path = f"{COTWEETS}/{number}/proposals"
    [view] = (await cast.here.api("GET", path, account="alice"))["proposals"]
    await cast.here.api("POST", f"{COTWEETS}/proposals/{view['id']}/take", {}, account="alice")
    await cast.here.settle()
    [_, again] = cast.b.received_of("Offer")
    assert again["object"]["content"] == "<p>A zebra fish.</p>"
    assert again["object"]["updated"]
    assert await _digest(cast, uri) == before, "the old version stands until bob agrees"
    await cast.here.api("POST", f"{CONTROL}/degrade")
    await cast.here.settle()
    assert cast.b.received_of("Undo")[-1]["object"]["id"] == again["id"]
    assert await cast.shown(uri) == [cast.here.actor("alice")]


async def test_a_post_whose_co_authors_left_is_no_co_tweet_to_end(cast: Cast) -> None:
    words = {"text": "Us.", "with": [cast.here.handle("bob")]}
    view = await cast.here.api("POST", COTWEETS, words, account="alice")
    await cast.here.settle()
    invite = await cast.invite("bob")
    assert invite is not None
    yes = {"digest": invite["digest"]}
    await cast.here.api("POST", f"{COTWEETS}/invites/{invite['id']}/accept", yes, account="bob")
    await cast.here.settle()
    assert (await cast.here.api("GET", f"{CONTROL}/degrade"))["own_left"] == 1
    await cast.here.api("POST", f"{COTWEETS}/{view['post']['id']}/leave", {}, account="bob")
    await cast.here.settle()
    assert (await cast.here.api("GET", f"{CONTROL}/degrade"))["own_left"] == 0


async def test_whoever_never_agreed_sees_only_their_own_part_of_the_log(cast: Cast) -> None:
    view = await cast.here.api(
        "POST",
        COTWEETS,
        {"text": "Us.", "with": [cast.here.handle("bob"), cast.here.handle("carol")]},
        account="alice",
    )
    await cast.here.settle()
    invites = {name: await cast.invite(name) for name in ("bob", "carol")}
    bob, carol = invites["bob"], invites["carol"]
    assert bob is not None
    assert carol is not None
    no = {"reason": "She snores."}
    await cast.here.api("POST", f"{COTWEETS}/invites/{bob['id']}/decline", no, account="bob")
    yes = {"digest": carol["digest"]}
    await cast.here.api("POST", f"{COTWEETS}/invites/{carol['id']}/accept", yes, account="carol")
    await cast.here.settle()
    whole = await log_of(cast, "alice", view["post"]["id"])
    assert any(entry["detail"].get("reason") == "She snores." for entry in whole)
    seen = await log_of(cast, "carol", carol["id"])
    assert len(seen) == len(whole)
    assert not any("reason" in entry["detail"] for entry in seen)
    own = await log_of(cast, "bob", bob["id"])
    assert {entry["offer"] for entry in own} == {bob["offer"]}
    assert any(entry["detail"].get("reason") == "She snores." for entry in own)


async def test_co_tweets_end_as_single_posts_and_boosts(cast: Cast) -> None:
    """One of each: alice here with bob here, alice elsewhere with bob here."""
    reader = cast.c.person("erin")
    reader.serve(interactionPolicy=None, generator=None)
    await cast.deliver(reader, reader.activity("Follow", cast.here.actor("bob")))
    theirs, _, _ = await published_elsewhere(cast)
    view = await cast.here.api(
        "POST", COTWEETS, {"text": "Ours.", "with": [cast.here.handle("bob")]}, account="alice"
    )
    await cast.here.settle()
    invite = await cast.invite("bob")
    assert invite is not None
    ours, digest = view["post"]["uri"], {"digest": invite["digest"]}
    await cast.here.api("POST", f"{COTWEETS}/invites/{invite['id']}/accept", digest, account="bob")
    await cast.here.settle()
    assert await cast.shown(ours) == [cast.here.actor("alice"), cast.here.actor("bob")]
    assert {a["object"] for a in cast.c.received_of("Announce")} == {theirs.id, ours}
    before = len(cast.c.received)

    outlook = await cast.here.api("GET", f"{CONTROL}/degrade")
    assert outlook == {"own": 0, "others": 0, "own_left": 1, "others_left": 1}
    assert await cast.here.api("GET", f"{CONTROL}/degrade") == outlook
    done = await cast.here.api("POST", f"{CONTROL}/degrade")
    assert done == {"own": 1, "others": 1, "own_left": 0, "others_left": 0}
    await cast.here.settle()
    again = await cast.here.api("POST", f"{CONTROL}/degrade")
    assert again == {"own": 0, "others": 0, "own_left": 0, "others_left": 0}

    assert await cast.shown(ours) == [cast.here.actor("alice")]
    assert await cast.shown(theirs.id) == [cast.alice.id]
    since = cast.c.received[before:]
    assert not [activity for activity in since if activity["type"] == "Undo"], "the boosts stay"
    [update] = [activity for activity in since if activity["type"] == "Update"]
    assert update["object"]["id"] == ours
    assert "coAuthors" not in update["object"]
    assert "coauthors-inline" not in update["object"]["content"]
    assert not [t for t in update["object"].get("tag", ()) if t["type"] == "Mention"]
    [left] = cast.a.received_of("Delete")
    stamp = left["object"]
    assert (stamp["id"] if isinstance(stamp, dict) else stamp) == next(iter(theirs.stamps.values()))
    status, _ = await cast.here.get(next(iter(theirs.stamps.values())))
    assert status == 410

    def boosts(tx: Tx) -> list[tuple[bool, int]]:
        found = []
        for uri in (ours, theirs.id):
            post = posts.post_by_uri(tx, uri)
            assert post is not None
            [boost] = interactions.boosts_of(tx, post.id)
            found.append((boost.delivery, interactions.counts(tx, [post.id])[post.id][1]))
        return found

    assert await cast.here.read(boosts) == [(False, 1), (False, 1)]
    assert (await cast.told("bob")).count("cotweet.degraded") == 2
