"""A co-author has left, and the primary author's server is down, hostile or lying.

Our server is a third one: dave follows alice, so it has the post from her server and is not told
by bob's. It drops the name at its next look at the stamp, a day later at the most (C35).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from activitypub.coauthorship.leaving import build_delete_stamp
from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import DAY, HOUR
from tests.federation.cast import Cast, CoTweet
from tests.federation.here import names

Behave = Callable[[Cast, CoTweet], Awaitable[None]]


async def down(cast: Cast, _: CoTweet) -> None:
    """Nobody answers at alice's server."""
    await cast.a.__aexit__()


async def hostile(cast: Cast, post: CoTweet) -> None:
    """Alice's server takes no notice: the post stays at its address as it was."""
    post.publish()


async def lying(cast: Cast, post: CoTweet) -> None:
    """Alice's server insists: new versions with his name, his stamp, and a copy of the stamp."""
    now = cast.here.clock()
    copy = post.stamp(cast.bob, id=f"{cast.a.base}/stamps/1")
    cast.a.serve(copy)
    for listed in (list(post.stamps.values()), [*post.stamps.values(), copy["id"]], [copy["id"]]):
        now += 1_000
        note = post.publish(coAuthorAuthorization=listed, updated=format_time(now))
        await cast.deliver(cast.alice, post.update(note))
        await cast.deliver(cast.alice, post.create(note))


async def posted(cast: Cast) -> CoTweet:
    await cast.follow(cast.alice)
    post = cast.cotweet()
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    return post


def bob_leaves(cast: Cast, post: CoTweet) -> dict[str, object]:
    """His stamp is gone from his server; the Delete that says so."""
    stamp = post.stamps[cast.bob.id]
    cast.b.fail(stamp, 410)
    return cast.bob.proven(
        build_delete_stamp(
            stamp_uri=stamp,
            actor=cast.bob.id,
            authors=post.authors,
            followers=cast.bob.followers,
        )
    )


@pytest.mark.parametrize("behave", [down, hostile, lying])
async def test_a_third_server_drops_the_name_within_one_look_at_the_stamp(
    cast: Cast, behave: Behave
) -> None:
    post = await posted(cast)
    bob_leaves(cast, post)
    await cast.here.pass_time(DAY - HOUR)  # nobody looks yet, nobody tells
    assert await cast.shown(post.id) == post.authors
    await behave(cast, post)
    await cast.here.pass_time(2 * HOUR)
    assert await cast.shown(post.id) == [cast.alice.id]
    assert await cast.timeline() == [post.id]  # the post itself stays
    await cast.here.pass_time(8 * DAY)
    assert await cast.shown(post.id) == [cast.alice.id]


@pytest.mark.parametrize("behave", [down, hostile, lying])
async def test_a_server_that_bob_tells_himself_drops_the_name_at_once(
    cast: Cast, behave: Behave
) -> None:
    post = await posted(cast)
    leaving = bob_leaves(cast, post)
    await cast.deliver(cast.bob, leaving)
    assert await cast.shown(post.id) == [cast.alice.id]
    await behave(cast, post)
    await cast.here.pass_time(DAY)
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_reader_who_looks_after_a_day_makes_the_server_look(cast: Cast) -> None:
    """FEP-af48: objects that are shown again after 24 hours; no timer is needed for that."""
    post = await posted(cast)
    bob_leaves(cast, post)
    await down(cast, post)
    cast.here.clock.advance(DAY + HOUR)
    stored = await cast.here.post(post.id)
    assert stored is not None
    await cast.here.api("GET", f"/api/v1/control/posts/{stored.id}")
    authors = post.authors
    for _ in range(100):  # the look is asked for in the background: no reader waits for it
        await asyncio.sleep(0.02)
        await cast.here.settle()
        view = await cast.here.api("GET", f"/api/v1/control/posts/{stored.id}")
        authors = names(view["authors"])
        if authors != post.authors:
            break
    assert authors == [cast.alice.id]
