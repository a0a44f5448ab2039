"""When alice's own server looks at the stamps of her post again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fedi_cotweet.federation.jobs.verifying import verify_post
from fedi_cotweet.services import documents
from storage.queries import posts
from tests.e2e.by_hand import World, follow, open_places
from tests.e2e.changing import Changing
from tests.e2e.one_cotweet import begin
from tests.e2e.test_after_publication import Misbehaviour, look, recheck

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    cast = {"a": ("alice", "ann"), "b": ("bob", "ben"), "d": ("dave",)}
    async with open_places(tmp_path_factory.mktemp("looking"), cast) as world:
        await follow(world, "d/dave", "a/alice")
        yield world


async def test_a_stamp_that_a_change_replaced_meanwhile_is_no_leaving(world: World) -> None:
    a = world.places["a"]
    run = await begin(world, ["b/bob", "b/ben"])
    await run.agreed()

    async def change() -> None:
        a.client.meanwhile = None
        await Changing(run, run.co_authors).change()
        await run.agreed()

    a.client.meanwhile = change  # after one of the two stamps was fetched
    await verify_post(a.server.context, {"post_id": run.post_id})
    await world.drain()

    assert run.edits == 1
    for person in run.co_authors:
        assert [(await run.sent(person))[-1].state, (await run.received(person))[-1].state] == [
            "published",
            "published",
        ]
    seen = await look(a, run.uri)
    assert seen is not None
    assert seen.document["coAuthors"] == [person.uri for person in run.co_authors]


async def test_a_name_that_goes_off_goes_off_everywhere(world: World) -> None:
    a = world.places["a"]
    run = await begin(world, ["b/bob", "a/ann"])
    await run.agreed()
    agreed = await look(a, run.uri)
    assert agreed is not None
    await run.leave(0)
    await world.drain()
    await Misbehaviour(run, documents.with_context(agreed.document)).name_again()
    await world.drain()
    await recheck(world)
    await world.drain()

    for place in world.places.values():
        seen = await look(place, run.uri)
        assert seen is not None
        assert seen.document["coAuthors"] == [a.uri("ann")]


async def test_who_leaves_during_the_first_look_keeps_nobody_else_waiting(world: World) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob", "a/ann"])

    async def leave() -> None:
        post = await a.read(lambda tx: posts.post(tx, run.post_id))
        if post is not None and post.state == "published":
            a.client.meanwhile = None
            await run.leave(0)
            await world.work(b)
            await world.pass_on(b, "Delete")

    a.client.meanwhile = leave
    await run.agreed()
    assert run.done["bob leaves"] == 1

    ann = run.co_authors[1]
    assert [offer.state for offer in await run.sent(ann)] == ["published"]
    assert [offer.state for offer in await run.received(ann)] == ["published"]


async def test_whoever_is_removed_before_they_saw_a_change_waits_for_it_no_more(
    world: World,
) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob"])
    await run.agreed()
    [bob] = run.co_authors
    changing = Changing(run, [bob])
    await changing.change()
    await world.drain()
    await run.accept(0)
    await world.work(b)
    await world.pass_on(b, "Accept")
    await world.work(a)
    assert [offer.state for offer in await run.sent(bob)] == ["superseded", "published"]
    await changing.remove()
    await world.work(a)
    await world.pass_on(a, "Update", newest=True)
    await world.work(b)
    await world.drain()

    assert [offer.state for offer in await run.sent(bob)] == ["superseded", "removed"]
    assert [offer.state for offer in await run.received(bob)] == ["removed", "withdrawn"]
    assert await run.live_stamps(bob) == []
