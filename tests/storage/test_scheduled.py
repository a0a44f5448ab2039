"""Posts that wait: whose they are, and whose time has come."""

from __future__ import annotations

from typing import Any

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import ScheduledPost
from storage.queries import leftovers, scheduled
from tests.storage.cast import ALICE, BOB, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


def _row(number: int, account_id: int, publish_at: int, **more: Any) -> dict[str, Any]:
    row = {"words": {"summary": "x"}, "asked": {}, "key": "", "failure": ""}
    return row | {"id": number, "account_id": account_id, "publish_at": publish_at} | more


@pytest.fixture
async def stage(store: Store) -> Stage:
    """alice has two that wait, one of them due, and bob one that failed."""
    stage = await raise_curtain(store)
    await stage.do(scheduled.add, **_row(1, ALICE, NOW + 10, key="k"))
    await stage.do(scheduled.add, **_row(2, ALICE, NOW - 10))
    await stage.do(scheduled.add, **_row(3, BOB, NOW - 20, failure="Gone."))
    return stage


def _ids(found: list[ScheduledPost]) -> list[int]:
    return [one.id for one in found]


async def test_they_are_somebodys(stage: Stage) -> None:
    assert _ids(await stage.ask(scheduled.of_account, ALICE, Window(5))) == [2, 1]
    assert _ids(await stage.ask(scheduled.of_account, ALICE, Window(5, before=2))) == [1]
    assert await stage.ask(scheduled.own, BOB, 1) is None
    held = await stage.ask(scheduled.own, ALICE, 1)
    assert held is not None
    assert held.words == {"summary": "x"}
    assert await stage.ask(scheduled.made, ALICE, "k") == 1
    assert await stage.ask(scheduled.made, BOB, "k") is None
    assert await stage.ask(scheduled.count, ALICE, NOW, NOW + 10) == 0
    assert await stage.ask(scheduled.count, ALICE, NOW - 10, NOW + 11) == 2


async def test_their_time_comes_and_they_go(stage: Stage) -> None:
    assert _ids(await stage.ask(scheduled.due, NOW, 5)) == [2]
    await stage.do(scheduled.change, 3, failure="", publish_at=NOW)
    assert _ids(await stage.ask(scheduled.due, NOW, 5)) == [2, 3]
    assert _ids(await stage.ask(scheduled.due, NOW, 1)) == [2]
    await stage.do(scheduled.remove, 2)
    await stage.do(leftovers.forget, BOB)
    assert _ids(await stage.ask(scheduled.due, NOW + 100, 5)) == [1]
