import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.errors import ConflictError
from storage.queries import follows, home, interactions, timelines
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, MALLORY, NOW, SERVICE, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast, and posts 10 to 14 by carol."""
    stage = await raise_curtain(store)
    for number in range(10, 15):
        await stage.post(number, CAROL)
    return stage


async def readers(stage: Stage, post_id: int) -> dict[int, tuple[int, int | None]]:
    entries = await stage.ask(home.entries_of, post_id)
    return {entry.account_id: (entry.via_id, entry.boosted_by_id) for entry in entries}


async def test_a_reader_has_a_post_once_by_whom_it_came_first(stage: Stage) -> None:
    await stage.do(home.add_entries, 10, 10, {ALICE: CAROL})
    await stage.do(home.add_entries, 10, 99, {ALICE: DAVE, BOB: DAVE}, boosted_by=DAVE)
    assert await readers(stage, 10) == {ALICE: (CAROL, None), BOB: (DAVE, DAVE)}
    assert await stage.ask(timelines.home, ALICE, Window(5)) == [(10, 10, None)]
    assert await stage.ask(timelines.home, BOB, Window(5)) == [(10, 99, DAVE)]


@pytest.mark.parametrize(("followers", "expected"), [(True, {ALICE, BOB}), (False, {BOB})])
async def test_a_new_post_goes_to_local_followers_and_its_local_author(
    stage: Stage, followers: bool, expected: set[int]
) -> None:
    await stage.post(20, BOB)
    for follower, state in ((ALICE, "accepted"), (CAROL, "accepted"), (SERVICE, "requested")):
        await stage.do(
            follows.add_follow,
            id=follower,
            follower_id=follower,
            followed_id=BOB,
            uri=f"https://follows.example/{follower}",
            state=state,
            now=NOW,
        )
    await stage.do(home.begin, 20, 77, BOB, followers=followers)
    assert await readers(stage, 20) == dict.fromkeys(expected, (BOB, None))
    assert await stage.ask(timelines.home, BOB, Window(5)) == [(20, 77, None)]


async def test_nobody_to_bring_it_to_is_no_error(stage: Stage) -> None:
    await stage.do(home.add_entries, 10, 10, {})
    await stage.do(home.remove_entries, 10, [])
    assert await stage.ask(home.entries_of, 10) == []
    with pytest.raises(ConflictError):
        await stage.do(home.add_entries, 404, 10, {ALICE: CAROL})


async def test_a_page_goes_on_where_the_one_before_ended(stage: Stage) -> None:
    for number in range(10, 15):
        await stage.do(home.add_entries, number, 100 - number, {ALICE: CAROL, BOB: CAROL})
    first = await stage.ask(timelines.home, ALICE, Window(2))
    assert first == [(10, 90, None), (11, 89, None)]
    assert await stage.ask(timelines.home, ALICE, Window(2, before=89)) == [
        (12, 88, None),
        (13, 87, None),
    ]
    assert await stage.ask(timelines.home, ALICE, Window(2, before=86)) == []
    assert await stage.ask(timelines.home, ALICE, Window(0)) == []


async def test_entries_are_taken_out_reader_by_reader_or_all_at_once(stage: Stage) -> None:
    for number in (10, 11):
        await stage.do(home.add_entries, number, number, {ALICE: CAROL, BOB: CAROL})
    await stage.do(home.remove_entries, 10, [ALICE, 404])
    assert set(await readers(stage, 10)) == {BOB}
    await stage.do(home.remove_post, 11)
    assert await readers(stage, 11) == {}
    assert set(await readers(stage, 10)) == {BOB}


async def test_an_entry_can_come_through_somebody_else(stage: Stage) -> None:
    await stage.do(home.add_entries, 10, 10, {ALICE: CAROL, BOB: CAROL})
    await stage.do(home.set_entry, ALICE, 10, via=DAVE, boosted_by=DAVE)
    assert await readers(stage, 10) == {ALICE: (DAVE, DAVE), BOB: (CAROL, None)}
    await stage.do(home.set_entry, ALICE, 10, via=MALLORY, boosted_by=None)
    assert await readers(stage, 10) == {ALICE: (MALLORY, None), BOB: (CAROL, None)}


async def test_what_came_through_somebody(stage: Stage) -> None:
    await stage.do(home.add_entries, 10, 10, {ALICE: CAROL})
    await stage.do(home.add_entries, 11, 11, {ALICE: DAVE, BOB: CAROL})
    await stage.do(home.add_entries, 12, 12, {ALICE: CAROL})
    assert sorted(await stage.ask(home.brought_by, ALICE, CAROL)) == [10, 12]
    assert await stage.ask(home.brought_by, BOB, DAVE) == []


async def test_an_announce_that_only_carries_a_post_is_no_boost(stage: Stage) -> None:
    for number, booster, delivery in ((3, DAVE, False), (1, MALLORY, False), (2, BOB, True)):
        values = {"actor_id": booster, "post_id": 10, "published_at": NOW, "delivery": delivery}
        await stage.do(
            interactions.add_boost, id=number, uri=f"https://x.example/{number}", **values
        )
    assert await stage.ask(home.boosters, 10) == [(MALLORY, 1), (DAVE, 3)]
    assert await stage.ask(home.boosters, 11) == []
    values = {"actor_id": ALICE, "post_id": 10, "published_at": NOW, "delivery": False}
    await stage.do(interactions.add_boost, id=4, uri="https://x.example/4", **values)
    assert await stage.ask(interactions.local_boosters, 10) == [ALICE]
    assert await stage.ask(interactions.local_boosters, 11) == []
