"""What is lost for good, on servers that are started again: nobody is named without consent.

And no consent is lost: whatever was published with somebody's name stands on their own server too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
import structlog

from activitypub.vocab.reading import as_list
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services import documents
from storage.engine import Tx
from storage.queries import post_authors, posts
from tests.e2e.by_hand import World, follow, interrupted, open_places, sequences
from tests.e2e.one_cotweet import Invited, Run, begin
from tests.e2e.test_interleavings import CAST, WITH, check_all_the_time

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUNS = sequences(1, 2)
LATER = (25 * HOUR, 2 * DAY, 8 * DAY, 31 * DAY)
"""When what was lost is looked for: the next day, within a week, and when consent lapses."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_places(tmp_path_factory.mktemp("losses"), CAST) as world:
        await follow(world, "b/bob", "a/alice")
        yield world


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Nothing fails inside, whatever happens outside."""
    with structlog.testing.capture_logs() as events:
        yield
    assert [event for event in events if event["log_level"] == "error"] == []


async def named_by_alice(run: Run) -> list[str]:
    """Whom alice's server names, if the post is published."""

    def query(tx: Tx) -> list[str]:
        post = posts.post(tx, run.post_id)
        if post is None or post.state != "published":
            return []
        return [str(uri) for uri in as_list(documents.full_note(tx, post).get("coAuthors"))]

    return await run.alice_at.read(query)


async def author_at_home(run: Run, person: Invited) -> bool:
    """Whether a co-author's own server holds it as theirs."""

    def query(tx: Tx) -> bool:
        post = posts.post_by_uri(tx, run.uri)
        if post is None or post.state != "published":
            return False
        rows = post_authors.authors_of(tx, [post.id])[post.id]
        return any(row.actor_uri == person.uri and row.state == "verified" for row in rows)

    return await person.place.read(query)


def plan(run: Run) -> Iterator[Callable[[], Awaitable[Any]]]:
    """What is done in a run, each when its turn comes."""
    world = run.world
    world.haste = world.dice.choice((0.0, 0.5))
    weights: dict[Callable[[], Awaitable[Any]], float] = {
        world.step: world.dice.choice((5, 10)),
        run.accept: 5,
        world.again: 2,
        world.lose: world.dice.choice((0.5, 1, 2)),
        world.restart: world.dice.choice((0, 0.3)),
        run.edit: world.dice.choice((0, 0.5)),
        run.withdraw: world.dice.choice((0, 0.3)),
        run.decline: world.dice.choice((0, 0.3)),
        run.leave: world.dice.choice((0, 0.5)),
        run.delete: world.dice.choice((0, 0.3)),
        run.publish_anyway: world.dice.choice((0, 0.3)),
    }
    for _ in range(world.dice.randint(15, 50)):
        world.tick()
        yield world.dice.choices(list(weights), list(weights.values()))[0]


@pytest.mark.parametrize("seed", range(RUNS))
async def test_losses_name_nobody_without_consent_and_lose_no_consent(
    servers: World, seed: int
) -> None:
    await servers.begin_run(seed)
    run = await begin(servers, WITH[("across", "both")[seed % 2]])
    interrupted(servers)
    try:
        for act in plan(run):
            await act()
            await check_all_the_time(run)
        for wait in LATER:
            servers.clock.advance(wait)
            await servers.drain()
            await check_all_the_time(run)
        named = await named_by_alice(run)
        for person in run.co_authors:
            is_named = person.uri in named
            assert bool(await run.live_stamps(person)) == is_named, person.name
            assert await author_at_home(run, person) == is_named, person.name
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *servers.story])) from error
    finally:
        interrupted(servers, often=False)
