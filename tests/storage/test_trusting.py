"""Whose changes somebody agrees to in advance, as it is stored."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import trusting
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; alice trusts carol, and dave since a moment later."""
    stage = await raise_curtain(store)
    assert await stage.do(trusting.trust, ALICE, CAROL, NOW)
    assert await stage.do(trusting.trust, ALICE, DAVE, NOW + 1)
    return stage


async def trusted(stage: Stage, account: int, limit: int = 9) -> list[int]:
    found = await stage.ask(trusting.of_account, account, limit)
    return [row.actor_id for row in found]


async def test_trust_is_one_persons_and_the_newest_comes_first(stage: Stage) -> None:
    assert await trusted(stage, ALICE) == [DAVE, CAROL]
    assert await trusted(stage, ALICE, 1) == [DAVE]
    assert await trusted(stage, BOB) == []
    assert await stage.ask(trusting.trusted, ALICE, CAROL)
    assert not await stage.ask(trusting.trusted, BOB, CAROL)
    assert not await stage.ask(trusting.trusted, ALICE, BOB)


async def test_trusting_twice_changes_nothing(stage: Stage) -> None:
    assert not await stage.do(trusting.trust, ALICE, CAROL, NOW + 5)
    assert await trusted(stage, ALICE) == [DAVE, CAROL]


async def test_trust_is_ended_by_whoever_gave_it(stage: Stage) -> None:
    assert not await stage.do(trusting.distrust, BOB, CAROL)
    assert await stage.do(trusting.distrust, ALICE, CAROL)
    assert not await stage.do(trusting.distrust, ALICE, CAROL)
    assert await trusted(stage, ALICE) == [DAVE]
