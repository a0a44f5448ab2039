import pytest

from storage.engine import Store
from storage.queries import outbox
from storage.queries.outbox import EventRow

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def add(store: Store, number: int, now: int = 0) -> None:
    await store.write(lambda tx: outbox.add(tx, id=number, kind="k", payload={"n": 1}, now=now))


async def due(store: Store, now: int, limit: int = 10) -> list[EventRow]:
    return await store.read(lambda tx: outbox.due(tx, now=now, limit=limit))


async def test_events_come_in_the_order_of_their_ids(store: Store) -> None:
    for number in (3, 1, 2):
        await add(store, number)
    assert [event.id for event in await due(store, 0)] == [1, 2, 3]
    assert [event.id for event in await due(store, 0, limit=2)] == [1, 2]
    assert (await due(store, 0))[0] == EventRow(1, "k", {"n": 1}, 0, 0)


async def test_an_event_is_acted_on_once(store: Store) -> None:
    await add(store, 1)
    assert await store.write(lambda tx: outbox.done(tx, 1))
    assert not await store.write(lambda tx: outbox.done(tx, 1))
    assert await due(store, 0) == []


async def test_an_event_that_failed_waits_and_lets_others_pass(store: Store) -> None:
    await add(store, 1)
    await add(store, 2)
    await store.write(lambda tx: outbox.failed(tx, 1, next_at=50, error="x"))
    assert [event.id for event in await due(store, 49)] == [2]
    assert [(event.id, event.attempts) for event in await due(store, 50)] == [(1, 1), (2, 0)]
