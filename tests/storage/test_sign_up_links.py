"""Links that let people in, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.queries import sign_up_links as links
from tests.storage.cast import ALICE, BOB, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def _link(stage: Stage, number: int, **changes: Any) -> None:
    row = {
        "id": number,
        "code_hash": f"h{number}",
        "made_by": ALICE,
        "for_whom": "",
        "most_uses": 1,
        "created_at": NOW,
        "expires_at": NOW + number,
    }
    await stage.do(links.add_link, **row | changes)


async def test_links_are_found_by_code_by_owner_and_all_together(stage: Stage) -> None:
    await _link(stage, 1)
    await _link(stage, 2, made_by=BOB)
    await _link(stage, 3, made_by=None, most_uses=None)
    await _link(stage, 4)
    held = await stage.ask(links.link_with, "h3")
    assert held is not None
    assert (held.id, held.made_by, held.most_uses, held.used) == (3, None, None, 0)
    assert await stage.ask(links.link, 9) is None
    assert [one.id for one in await stage.ask(links.links_of, ALICE, 9)] == [4, 1]
    assert [one.id for one in await stage.ask(links.links_of, ALICE, 1)] == [4]
    assert [one.id for one in await stage.ask(links.links, 3)] == [4, 3, 2]


async def test_only_links_that_let_somebody_in_are_open(stage: Stage) -> None:
    for number in (1, 2, 3, 4, 5):
        await _link(stage, number, most_uses=2, for_whom="Erin")
    await _link(stage, 6, most_uses=None)
    for _ in range(2):
        await stage.do(links.count_use, 2)
    for number in (3, 3, 6, 6, 6):
        await stage.do(links.count_use, number)
    await stage.do(links.end, 4, NOW)
    assert await stage.ask(links.count_open, ALICE, NOW) == 3, "1, 5 and 6"
    assert await stage.ask(links.count_open, ALICE, NOW + 1) == 2, "the time of 1 is over"
    assert await stage.ask(links.count_open, BOB, NOW) == 0
    await stage.do(links.end_all, ALICE, NOW + 2)
    assert await stage.ask(links.count_open, ALICE, NOW) == 0
    ended = {one.id: one.ended_at for one in await stage.ask(links.links_of, ALICE, 9)}
    assert (ended[4], ended[6]) == (NOW, NOW + 2)
    assert {one.for_whom for one in await stage.ask(links.links_of, ALICE, 9)} == {""}


async def test_who_came_by_which_is_known_longer_than_the_link(stage: Stage) -> None:
    await _link(stage, 1)
    await _link(stage, 2)
    await stage.do(links.add_use, account_id=BOB, by=ALICE, link_id=1)
    assert [one.account_id for one in await stage.ask(links.uses_of, [1, 2], 9)] == [BOB]
    await stage.do(links.forget, NOW + 2)
    assert await stage.ask(links.brought, ALICE, 9) == [BOB]
    assert await stage.ask(links.brought, BOB, 9) == []
    assert [one.id for one in await stage.ask(links.links, 9)] == [2]
    uses = await stage.ask(links.uses_by, [ALICE, BOB])
    assert {who: (use.by, use.link_id) for who, use in uses.items()} == {BOB: (ALICE, None)}
