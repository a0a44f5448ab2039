"""Pages of people by what one has to do with them."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import Block, Follow, HostBlock, ListMember, PostTag, ReaderList
from storage.queries import networks, relations, tags
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, MALLORY, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast."""
    return await raise_curtain(store)


async def _follow(stage: Stage, number: int, by: int, of: int, state: str = "accepted") -> None:
    row = {"id": number, "follower_id": by, "followed_id": of, "uri": f"https://f.example/{number}"}
    await stage.put(Follow, {**row, "state": state, "created_at": NOW})


async def test_follows_are_paged_by_their_ids(stage: Stage) -> None:
    for number, by in enumerate((BOB, CAROL, DAVE), 10):
        await _follow(stage, number, by, ALICE)
    await _follow(stage, 20, MALLORY, ALICE, "requested")
    page = await stage.ask(networks.followers, ALICE, Window(2))
    assert page == [(12, DAVE), (11, CAROL)]
    assert await stage.ask(networks.followers, ALICE, Window(2, before=11)) == [(10, BOB)]
    assert await stage.ask(networks.followers, ALICE, Window(1, after=10)) == [(11, CAROL)]
    assert await stage.ask(networks.following, CAROL, Window(5)) == [(11, ALICE)]
    assert await stage.ask(networks.requests, ALICE, Window(5)) == [(20, MALLORY)]
    assert await stage.ask(networks.asked, MALLORY, Window(5)) == [(20, ALICE)]
    assert await stage.ask(networks.asked, ALICE, Window(5)) == []


async def test_who_is_kept_away_is_paged(stage: Stage) -> None:
    for number, of in enumerate((CAROL, DAVE), 10):
        row = {"id": number, "actor_id": ALICE, "target_id": of, "created_at": NOW}
        await stage.put(Block, row)
        until = NOW + 1 if of == DAVE else None
        await stage.do(relations.set_mute, ALICE, of, until=until, now=NOW)
    assert await stage.ask(networks.blocked, ALICE, Window(5)) == [(11, DAVE), (10, CAROL)]
    muted = await stage.ask(networks.muted, ALICE, NOW, Window(5))
    assert muted == [(DAVE, DAVE), (CAROL, CAROL)]
    assert await stage.ask(networks.muted, ALICE, NOW + 1, Window(5)) == [(CAROL, CAROL)]
    for number, host in enumerate(("b.example", "c.example")):
        await stage.put(HostBlock, {"account_id": ALICE, "host": host, "created_at": NOW + number})
    assert await stage.ask(networks.blocked_hosts, ALICE, Window(1)) == [(NOW + 1, "c.example")]


async def test_lists_and_their_people_find_each_other(stage: Stage) -> None:
    for number in (1, 2):
        row = {"id": number, "account_id": ALICE, "title": "Tea", "created_at": NOW}
        await stage.put(ReaderList, row)
    for of in (CAROL, DAVE):
        await stage.put(ListMember, {"list_id": 1, "actor_id": of})
    assert await stage.ask(networks.on_list, 1, Window(1)) == [(DAVE, DAVE)]
    assert await stage.ask(networks.lists_with, [1, 2], CAROL) == {1}
    assert await stage.ask(networks.lists_with, [], CAROL) == set()


async def test_hashtags_of_somebody_are_counted(stage: Stage) -> None:
    await stage.post(10, ALICE)
    await stage.post(11, ALICE, visibility="unlisted")
    await stage.post(12, CAROL)
    rows = ({"tag": "tea", "post_id": number, "sort_id": number} for number in (10, 11, 12))
    await stage.put(PostTag, *rows)
    assert await stage.ask(tags.used_by, ALICE, ["tea", "rain"]) == {"tea": (1, NOW)}
    assert await stage.ask(tags.used_by, ALICE, []) == {}


async def test_hashtags_that_somebody_uses_most_come_first(stage: Stage) -> None:
    for number, names in ((10, ["rain", "tea"]), (11, ["snow"]), (12, ["tea"]), (13, ["secret"])):
        await stage.post(number, ALICE, visibility="followers" if number == 13 else "public")
        rows = ({"tag": name, "post_id": number, "sort_id": number} for name in names)
        await stage.put(PostTag, *rows)
    assert await stage.ask(tags.favourites_of, ALICE, 5) == ["tea", "snow", "rain"]
    assert await stage.ask(tags.favourites_of, ALICE, 1) == ["tea"]
    assert await stage.ask(tags.favourites_of, BOB, 5) == []
