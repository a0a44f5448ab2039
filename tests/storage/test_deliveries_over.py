"""Which deliveries nobody asks for any more."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.engine import Store
from storage.models import Delivery
from storage.queries import deliveries, deliveries_over
from storage.queries.deliveries import ActivityRow, NewDelivery
from tests.storage.cast import ALICE, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_an_older_one_of_the_same_object_and_inbox_may_go(store: Store) -> None:
    stage = await raise_curtain(store)
    for number in (1, 2):
        row = ActivityRow(number, f"u{number}", ALICE, "Update", "note", "{}", None, True, 1)
        await stage.do(deliveries.add_activity, row)
    rows = [NewDelivery(n, n, ALICE, "a", "a.example", False, 1) for n in (1, 2)]
    await stage.do(deliveries.enqueue, rows)
    assert [row.free for row in await stage.ask(deliveries_over.look, 0, 9, 9)] == [False, False]
    over = update(Delivery).where(Delivery.id == 1).values(state="given_up")
    await store.write(lambda tx: tx.execute(over))
    seen = await stage.ask(deliveries_over.look, 0, 9, 9)
    assert [(row.id, row.free) for row in seen] == [(1, True), (2, False)]
    await stage.do(deliveries_over.remove, [1, 2])  # the second waits
    await stage.do(deliveries_over.remove, [])
    assert [row.id for row in await stage.ask(deliveries_over.look, 0, 9, 9)] == [2]
    assert await stage.ask(deliveries_over.look, 0, 2, 9) == []
