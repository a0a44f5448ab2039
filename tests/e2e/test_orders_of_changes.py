"""A published co-tweet is changed, in whatever order things happen: both servers agree in the end.

Edits, proposals, people who join, leave, are removed, decline or do not answer, deletion, with
messages late, doubled and overtaking each other. Each run can be repeated by its number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import structlog

from storage.engine import Tx
from storage.models import Change, Offer
from storage.queries import changes, consents
from tests.e2e.by_hand import World, interrupted, open_places, sequences
from tests.e2e.changing import Act, Changing
from tests.e2e.one_cotweet import Invited, Run, begin
from tests.e2e.places import local_id
from tests.e2e.test_interleavings import check_all_the_time, check_in_the_end

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAST = {"a": ("alice", "ann"), "b": ("bob", "ben")}
WITH = (("b/bob",), ("b/bob", "a/ann"), ("a/ann",), ("b/bob", "b/ben"))
RUNS = sequences(1, 2)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_places(tmp_path_factory.mktemp("orders"), CAST) as world:
        for place, others in (("a", ("b/bob", "b/ben")), ("b", ("a/alice", "a/ann"))):
            for other in others:
                host, _, name = other.partition("/")
                await world.places[place].actor(world.places[host].uri(name))
        yield world


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Nothing fails inside, whatever happens outside."""
    with structlog.testing.capture_logs() as events:
        yield
    assert [event for event in events if event["log_level"] == "error"] == []


async def everybody(run: Run) -> list[Invited]:
    """The authors, and the others of the cast."""
    found = {person.uri: person for person in run.co_authors}
    for home, name in (("a", "ann"), ("b", "bob"), ("b", "ben")):
        place = run.world.places[home]
        uri = place.uri(name)
        found.setdefault(uri, Invited(place, name, uri, await local_id(place, name)))
    return list(found.values())


def plan(run: Run, changing: Changing) -> Iterator[Act]:
    """What is done in a run, each when its turn comes."""
    world = run.world
    world.haste = world.dice.choice((0.0, 0.2, 0.5))
    weights: dict[Act, float] = {
        world.step: world.dice.choice((5, 10, 20)),
        run.accept: world.dice.choice((3, 6)),
        run.decline: world.dice.choice((0, 0.5)),
        run.leave: world.dice.choice((0, 0.3, 0.6)),
        run.expire: world.dice.choice((0, 0.3)),
        run.delete: world.dice.choice((0, 0, 0.2)),
        world.again: world.dice.choice((0, 2)),
        world.periodic: 0.5,
        world.restart: world.dice.choice((0, 0, 0.3)),
        **changing.moves(),
    }
    for _ in range(world.dice.randint(20, 70)):
        world.tick()
        yield world.dice.choices(list(weights), list(weights.values()))[0]


async def check_the_change(run: Run) -> None:
    """No change to which everybody agreed is left lying; an ended one asks nobody any more."""

    def query(tx: Tx) -> tuple[list[Change], list[Offer]]:
        return changes.changes_of(tx, run.uri), consents.offers_for_object(tx, run.uri, "sent")

    found, offers = await run.alice_at.read(query)
    assert sum(change.state == "offered" for change in found) <= 1
    for change in found:
        asked = [offer for offer in offers if offer.change_id == change.id]
        if change.state == "offered":
            agreed = {offer.target_id for offer in asked if offer.state == "accepted"}
            assert len(agreed) < len(change.authors) - 1 or len(change.authors) == 1
        else:
            assert not [offer for offer in asked if offer.state in ("offered", "accepted")]


@pytest.mark.parametrize("seed", range(RUNS))
async def test_a_changed_post_has_on_both_servers_the_authors_who_agreed_to_it(
    servers: World, seed: int
) -> None:
    await servers.begin_run(seed)
    run = await begin(servers, WITH[seed % len(WITH)])
    await run.agreed()
    run.co_authors = await everybody(run)
    changing = Changing(run, run.co_authors)
    interrupted(servers)
    try:
        for act in plan(run, changing):
            await act()
            await check_all_the_time(run)
        await servers.drain()
        await check_all_the_time(run)
        await check_in_the_end(run)
        await check_the_change(run)
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *servers.story])) from error
    finally:
        interrupted(servers, often=False)
        await changing.distrust()
