"""Conversations as they are kept."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.queries import conversations
from tests.storage.cast import ALICE, BOB, CAROL, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; posts 10 to 13; conversations 20 (10, 12) and 21 (11) of alice, 22 (13) of bob."""
    stage = await raise_curtain(store)
    for number in range(10, 14):
        await stage.post(number, CAROL, visibility="direct")
    for number, owner, held in ((20, ALICE, [12, 10]), (21, ALICE, [11]), (22, BOB, [13])):
        await stage.do(
            conversations.begin,
            id=number,
            account_id=owner,
            thread=f"t{number}",
            people=["u"],
            people_digest="d",
            unread=False,
            last_sort_id=held[0],
        )
        for post in held:
            await stage.do(conversations.add_post, number, post, post)
    return stage


async def _page(stage: Stage) -> list[tuple[int, int]]:
    found = await stage.ask(conversations.of_account, ALICE, Window())
    return [(one.id, one.last_sort_id) for one in found]


async def test_conversations_are_paged_by_their_newest_post(stage: Stage) -> None:
    assert await _page(stage) == [(20, 12), (21, 11)]
    await stage.post(14, CAROL)
    await stage.do(conversations.add_post, 21, 14, 14)
    assert await _page(stage) == [(21, 14), (20, 12)]
    assert await stage.ask(conversations.last_posts, [20, 21]) == {20: 12, 21: 14}
    assert await stage.ask(conversations.last_posts, []) == {}
    assert await stage.ask(conversations.earlier_posts, [20, 21], 1) == {20: [12], 21: [14]}
    assert await stage.ask(conversations.earlier_posts, [20], 5) == {20: [12, 10]}
    assert await stage.ask(conversations.earlier_posts, [], 5) == {}


async def test_one_is_found_by_its_people_and_any_name_of_its_thread(stage: Stage) -> None:
    found = await stage.ask(conversations.between, ALICE, "d", ["t21", "x"])
    assert found is not None
    assert found.id == 21
    assert await stage.ask(conversations.between, ALICE, "e", ["t21"]) is None
    assert await stage.ask(conversations.between, BOB, "d", ["t21"]) is None


async def test_what_is_unread_is_known_and_what_is_removed_is_gone(stage: Stage) -> None:
    await stage.do(conversations.mark, 20, unread=True)
    held = await stage.ask(conversations.by_id, 20)
    assert held is not None
    assert held.unread
    assert await stage.ask(conversations.readers, 12) == {ALICE}
    await stage.do(conversations.remove, 20)
    assert await stage.ask(conversations.by_id, 20) is None
    assert await stage.ask(conversations.readers, 12) == set()


async def test_a_forgotten_post_leaves_the_one_before_it(stage: Stage) -> None:
    await stage.do(conversations.forget_post, 12)
    assert await _page(stage) == [(21, 11), (20, 10)]
    for post in (10, 99):
        await stage.do(conversations.forget_post, post)
    assert await _page(stage) == [(21, 11)]
