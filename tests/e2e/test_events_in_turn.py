"""Events are told in their order, and none holds up the others."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import delete

from fedi_cotweet.federation import jobs
from fedi_cotweet.services.events import emit
from storage.models import OutboxEvent
from tests.e2e.by_hand import World, follow, open_places
from tests.e2e.changing import Changing
from tests.e2e.one_cotweet import begin
from tests.e2e.places import rows_of
from tests.e2e.test_late_messages import post_at, shown_at

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    cast = {"a": ("alice", "ann"), "b": ("bob",), "d": ("dave",)}
    async with open_places(tmp_path_factory.mktemp("turns"), cast) as world:
        await follow(world, "d/dave", "a/ann")
        yield world


async def test_an_event_that_cannot_be_told_does_not_hold_up_those_behind_it(world: World) -> None:
    a = world.places["a"]
    await a.write(lambda tx: emit(tx, a.env, "actor.updated", nobody="knows this"))
    await a.write(lambda tx: emit(tx, a.env, "actor.updated", actor_id=0))
    await begin(world, ["b/bob"])

    with structlog.testing.capture_logs() as events:
        await world.work(a)

    assert [row.kind for row in await a.pending()] == ["Offer"]
    [left] = await a.read(lambda tx: rows_of(tx, OutboxEvent))
    assert (left.kind, left.attempts, left.error) == ("actor.updated", 1, "KeyError('actor_id')")
    assert [event["event"] for event in events] == ["event_failed", "event_about_nothing"]
    await a.server.runtime.store.write(lambda tx: tx.execute(delete(OutboxEvent)).rowcount)


async def test_a_post_changed_before_it_was_passed_on_is_passed_on_as_it_is_now(
    world: World,
) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob", "a/ann"])
    await world.drain()
    await run.accept(1)
    await world.work(a)
    await run.accept(0)
    await world.work(b)
    await world.pass_on(b, "Accept")
    for _ in range(3):
        for job in await jobs.claim(a.server.runtime, 100):
            await jobs.run(a.server.context, job)
    post = await post_at(a, run.uri)
    assert post is not None
    assert post.state == "published"
    await Changing(run, run.co_authors[:1]).remove()

    with structlog.testing.capture_logs() as events:
        await world.drain()

    assert [event for event in events if event["log_level"] == "error"] == []
    assert await shown_at(world.places["d"], run.uri) == [a.uri("ann")]
