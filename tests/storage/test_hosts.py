import pytest

from storage.engine import Store
from storage.queries import hosts
from storage.queries.hosts import HostRow

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

HOST = "a.example"


async def get(store: Store) -> HostRow:
    row = await store.read(lambda tx: hosts.get(tx, HOST))
    assert row is not None
    return row


async def test_a_server_never_met_is_unknown(store: Store) -> None:
    assert await store.read(lambda tx: hosts.get(tx, HOST)) is None
    assert await store.read(lambda tx: hosts.awareness(tx, [HOST])) == {HOST: None}


async def test_what_is_learnt_of_a_server_adds_up(store: Store) -> None:
    await store.write(lambda tx: hosts.set_software(tx, HOST, "mastodon"))
    await store.write(lambda tx: hosts.note_aware(tx, HOST, False, 3))
    await store.write(lambda tx: hosts.set_profile(tx, HOST, "rfc9421"))
    await store.write(lambda tx: hosts.note_aware(tx, HOST, True, 5))
    row = await get(store)
    assert (row.software, row.aware, row.aware_checked_at) == ("mastodon", True, 5)
    assert row.signature_profile == "rfc9421"
    known = await store.read(lambda tx: hosts.awareness(tx, [HOST, "b.example"]))
    assert known == {HOST: True, "b.example": None}
    assert await store.read(lambda tx: hosts.awareness(tx, [])) == {}


async def test_failures_add_up_until_the_server_answers(store: Store) -> None:
    await store.write(lambda tx: hosts.note_failure(tx, HOST, now=10, next_try_at=50))
    await store.write(lambda tx: hosts.note_failure(tx, HOST, now=20, next_try_at=99))
    row = await get(store)
    assert (row.failures, row.failing_since, row.next_try_at) == (2, 10, 99)
    await store.write(lambda tx: hosts.note_ok(tx, HOST, 30))
    row = await get(store)
    assert (row.failures, row.failing_since, row.next_try_at) == (0, None, None)
    assert row.last_ok_at == 30
    assert not await store.write(lambda tx: hosts.close_circuit(tx, HOST))
