"""Three servers, one truth: likes, boosts and replies of a co-tweet are the same on all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from fedi_cotweet.federation.statistics import StatisticsFinder
from fedi_cotweet.services import (
    notifications,
    post_views,
    posts,
    reactions,
    statistics,
)
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.events import later
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.queries import posts as stored
from tests.e2e.by_hand import World, follow, open_places
from tests.e2e.one_cotweet import Run, begin
from tests.e2e.places import Place, local_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAST = {"a": ("alice", "ann"), "b": ("bob", "ben"), "d": ("dave", "erin")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    """A co-tweet by alice on a with bob on b, which dave and erin on d can read."""
    async with open_places(tmp_path_factory.mktemp("counts"), CAST) as world:
        for who, whom in (("d/dave", "a/alice"), ("d/erin", "b/bob"), ("b/ben", "a/alice")):
            await follow(world, who, whom)
        made = await begin(world, ["b/bob"])
        await made.agreed()
        yield made


async def shown(run: Run) -> set[tuple[int, int, int]]:
    """(likes, boosts, replies) on each server; one if they agree."""
    found = set()
    for place in run.world.places.values():

        def look(tx: Tx, place: Place = place) -> tuple[int, int, int]:
            post = stored.post_by_uri(tx, run.uri)
            assert post is not None
            [view] = post_views.post_views(tx, place.env, [post])
            return view.likes, view.boosts, view.replies

        found.add(await place.read(look))
    return found


async def told(place: Place, name: str) -> Counter[str]:
    """What somebody heard of."""
    account_id = await local_id(place, name)
    found = await place.read(lambda tx: notifications.notifications(tx, place.env, account_id))
    return Counter(item.kind for item in found if item.kind in ("like", "boost", "reply"))


async def do(run: Run, who: str, what: Any) -> None:
    """Somebody, given as ``place/name``, does something to it, and everybody hears."""
    name, _, person = who.partition("/")
    place = run.world.places[name]
    account_id = await local_id(place, person)

    def act(tx: Tx) -> None:
        post = stored.post_by_uri(tx, run.uri)
        assert post is not None
        what(tx, place.env, account_id, post.id)

    await place.write(act)
    await run.world.drain()


async def refreshed(world: World, run: Run) -> None:
    """Dave's server asks once more; it hosts no author, so nobody tells it."""
    place = world.places["d"]

    def ask(tx: Tx) -> None:
        post = stored.post_by_uri(tx, run.uri)
        assert post is not None
        later(tx, place.env, "refresh_counts", str(post.id), post_id=post.id)

    await place.write(ask)
    await world.drain()


async def test_everybody_shows_the_same_and_every_author_hears_once(run: Run) -> None:
    world = run.world
    for who in ("d/dave", "b/ben", "a/ann"):
        await do(run, who, reactions.like)
    await do(run, "d/erin", reactions.boost)
    reply = Words(
        compose("Well said.", {}, world.places["d"].env.addresses.base), in_reply_to=run.uri
    )
    await do(run, "d/dave", lambda tx, env, me, _: posts.create_post(tx, env, me, reply))
    await refreshed(world, run)
    assert await shown(run) == {(3, 1, 1)}
    for name, author in (("a", "alice"), ("b", "bob")):
        heard = await told(world.places[name], author)
        assert heard == Counter({"like": 3, "boost": 1, "reply": 1}), author
    for who in ("d/dave", "b/ben"):
        await do(run, who, reactions.unlike)
    await do(run, "d/erin", reactions.unboost)
    await refreshed(world, run)
    assert await shown(run) == {(1, 0, 1)}


async def test_both_authors_see_the_same_statistics(run: Run) -> None:
    world = run.world
    seen = {"a": 2, "b": 3, "d": 100}
    for name, times in seen.items():
        place = world.places[name]
        post = await place.read(lambda tx: stored.post_by_uri(tx, run.uri))
        assert post is not None
        for _ in range(times):
            place.server.runtime.views.note(post.id)
    await world.drain()
    found = []
    for name, author in (("a", "alice"), ("b", "bob")):
        place = world.places[name]
        post = await place.read(lambda tx: stored.post_by_uri(tx, run.uri))
        assert post is not None
        account_id, post_id = await local_id(place, author), post.id
        asked = await StatisticsFinder(place.server.context)(account_id, post_id)

        def look(
            tx: Tx,
            place: Place = place,
            me: int = account_id,
            it: int = post_id,
            parts: Any = asked,
        ) -> tuple[Any, ...]:
            view = statistics.summed(tx, place.env, me, it, parts)
            return view.views, view.likes, view.boosts, view.replies, view.without

        found.append(await place.read(look))
    assert found[0] == found[1]
    assert found[0][0] == seen["a"] + seen["b"]
    assert found[0][4] == ()
