"""Whoever asks us for something is there: a server that was away gets what waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.domain.limits import DAY, SUSPENDED_AFTER_DAYS
from storage.engine import Tx
from storage.queries import deliveries, hosts
from tests.federation.cast import Cast
from tests.federation.test_pins import posted


async def suspend(cast: Cast) -> None:
    """Bob, whose server has not answered for a week, follows alice."""
    follow = cast.bob.activity("Follow", cast.here.actor("alice"))
    assert (await cast.deliver(cast.bob, follow)).status == 202
    now = cast.here.clock()

    def fail(tx: Tx) -> None:
        for day in range(SUSPENDED_AFTER_DAYS):
            at = now - (SUSPENDED_AFTER_DAYS - day) * DAY
            hosts.note_failure(tx, cast.b.host, now=at, next_try_at=at)
        hosts.suspend(tx, cast.b.host, now + DAY)

    await cast.here.write(fail)
    cast.here.server.runtime.away.add(cast.b.host)


def heard_of(cast: Cast) -> list[Any]:
    """What came to bob's server."""
    return [activity["object"]["id"] for activity in cast.b.received_of("Create")]


async def lifted(cast: Cast) -> bool:
    """Whether bob's server is suspended no more, soon."""
    for _ in range(100):
        held = await cast.here.read(lambda tx: hosts.get(tx, cast.b.host))
        assert held is not None
        if held.next_try_at is None:
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.mark.parametrize("how", ["a fetch", "an activity", "what nobody understands"])
async def test_any_signed_request_lifts_a_suspension(cast: Cast, how: str) -> None:
    await suspend(cast)
    missed = await posted(cast)
    await cast.here.settle()
    assert heard_of(cast) == []
    assert await cast.here.read(lambda tx: deliveries.count_waiting(tx, [cast.b.host])) == 0
    if how == "a fetch":
        assert (await cast.bob.get(missed["uri"])).status == 200
    else:
        kind = "Like" if how == "an activity" else "Wave"
        like = cast.bob.activity(kind, missed["uri"])
        assert (await cast.bob.send(cast.here.inbox, like)).status == 202
    assert await lifted(cast)
    new = await posted(cast)
    await cast.here.settle()
    assert heard_of(cast) == [new["uri"]]


async def test_a_forged_request_lifts_nothing(cast: Cast) -> None:
    await suspend(cast)
    post = await posted(cast)
    forged = cast.bob.with_keys("nobody's")
    assert (await forged.get(post["uri"])).status == 200
    assert (await forged.send(cast.here.inbox, forged.activity("Like", post["uri"]))).status == 401
    # Nor does somebody of another server.
    assert (await cast.mallory.get(post["uri"])).status == 200
    await asyncio.sleep(0.1)
    held = await cast.here.read(lambda tx: hosts.get(tx, cast.b.host))
    assert held is not None
    assert held.next_try_at is not None


async def test_the_shared_inbox_never_says_gone(cast: Cast) -> None:
    """Misskey suspends a whole server for a 410 there."""
    post = await posted(cast)
    await cast.here.api("DELETE", f"/api/v1/control/posts/{post['id']}", account="alice")
    await cast.here.settle()
    assert (await cast.here.get(post["uri"], Accept=ACTIVITY_JSON))[0] == 410
    ghost = cast.m.person("ghost")
    statuses = []
    for person, kind, thing in (
        (cast.bob, "Like", post["uri"]),
        (cast.bob, "Follow", cast.here.actor("nobody")),
        (ghost, "Like", post["uri"]),
        (ghost, "Delete", ghost.id),
    ):
        if kind == "Delete" or person is ghost:
            cast.m.fail(ghost.id, 410)
        reply = await person.send(cast.here.inbox, person.activity(kind, thing))
        statuses.append(reply.status)
    assert set(statuses) <= {202, 401}
    gone = await cast.bob.send(f"{cast.here.base}/users/nobody/inbox", {"type": "Like"})
    assert gone.status in (401, 404)


@pytest.mark.parametrize("secure", [False, True])
async def test_a_herd_that_fetches_what_was_boosted_is_served_whole(
    cast: Cast, secure: bool
) -> None:
    """Mastodon drops a boost for good when the post it names is answered with 429 or 5xx."""
    runtime = cast.here.server.runtime
    runtime.settings = replace(runtime.settings, secure_mode=secure)
    post = await posted(cast)
    herd = [
        origin.person(f"reader{number}")
        for number in range(15)
        for origin in (cast.a, cast.b, cast.c, cast.m)
    ]
    replies = await asyncio.gather(*(person.get(post["uri"]) for person in herd))
    assert {reply.status for reply in replies} == {200}
