from functools import partial
from typing import Any

import pytest

from storage.engine import Store
from storage.queries import facts

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_a_fact_is_what_was_remembered_last(store: Store) -> None:
    assert await store.read(lambda tx: facts.fact(tx, "running_at")) is None
    values: list[Any] = [5, {"a": [None, "é"]}]
    for value in values:
        await store.write(partial(facts.remember, name="running_at", value=value))
        assert await store.read(lambda tx: facts.fact(tx, "running_at")) == value
    assert await store.read(lambda tx: facts.fact(tx, "other")) is None


async def test_what_is_remembered_first_stays(store: Store) -> None:
    for value in (1, 2):
        found = await store.write(partial(facts.remember_first, name="vapid", value=value))
        assert found == 1
