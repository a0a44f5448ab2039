from functools import partial

import pytest

from storage.engine import Store, Tx
from storage.queries import hosts
from storage.queries.hosts import HostRow

indexed = pytest.mark.usefixtures("every_query_has_an_index")

HOST = "a.example"


def _refuse(tx: Tx, host: str) -> None:
    hosts.count_refused_invite(tx, host)


async def get(store: Store) -> HostRow:
    row = await store.read(lambda tx: hosts.get(tx, HOST))
    assert row is not None
    return row


@indexed
async def test_a_server_never_met_is_unknown(store: Store) -> None:
    assert await store.read(lambda tx: hosts.get(tx, HOST)) is None
    assert await store.read(lambda tx: hosts.awareness(tx, [HOST])) == {HOST: None}


@indexed
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


@indexed
async def test_failures_add_up_until_the_server_answers(store: Store) -> None:
    await store.write(lambda tx: hosts.note_failure(tx, HOST, now=10, next_try_at=50))
    await store.write(lambda tx: hosts.note_failure(tx, HOST, now=20, next_try_at=99))
    row = await get(store)
    assert (row.failures, row.failing_since, row.next_try_at) == (2, 10, 99)
    await store.write(lambda tx: hosts.note_ok(tx, HOST, 30))
    row = await get(store)
    assert (row.failures, row.failing_since, row.next_try_at) == (0, None, None)
    assert row.last_ok_at == 30
    assert not await store.write(lambda tx: hosts.close_circuit(tx, HOST, 30))


@indexed
async def test_days_on_which_it_failed_are_counted_until_it_answers(store: Store) -> None:
    async def fail(now: int, ill: bool = True) -> int:
        return await store.write(
            lambda tx: hosts.note_failure(tx, HOST, now=now, next_try_at=now + 5, ill=ill)
        )

    day = hosts.DAY
    found = [await fail(at) for at in (3 * day, 4 * day - 1, 4 * day, 9 * day)]
    assert found == [1, 1, 2, 3]
    assert await fail(10 * day, ill=False) == 3
    for now, days, expected in (
        (10 * day + 4, 3, {HOST}),
        (10 * day + 5, 3, set()),
        (10 * day, 4, set()),
    ):
        assert await store.read(partial(hosts.suspended, hosts=[HOST], now=now, days=days)) == (
            expected
        )
    await store.write(lambda tx: hosts.suspend(tx, HOST, 17 * day))
    assert await store.read(partial(hosts.suspended, hosts=[HOST], now=16 * day, days=3)) == {HOST}
    assert await store.read(hosts.away) == {HOST}
    [row] = await store.read(lambda tx: hosts.failing(tx, 9))
    assert (row.host, row.next_try_at) == (HOST, 17 * day)
    assert await store.read(lambda tx: hosts.failing(tx, 0)) == []
    await store.write(lambda tx: hosts.note_ok(tx, HOST, 16 * day))
    assert await store.read(lambda tx: hosts.failing(tx, 9)) == []
    assert await fail(16 * day, ill=False) == 0
    assert await store.read(partial(hosts.suspended, hosts=[], now=0, days=0)) == set()


@indexed
async def test_a_server_that_asked_for_time_has_it(store: Store) -> None:
    await store.write(
        lambda tx: hosts.note_failure(tx, HOST, now=10, next_try_at=50, asked_until=40)
    )
    assert not await store.write(lambda tx: hosts.close_circuit(tx, HOST, 39))
    assert await store.write(lambda tx: hosts.close_circuit(tx, HOST, 40))
    assert await store.read(hosts.away) == set()


@indexed
async def test_invitations_refused_add_up_and_leave_the_rest_alone(store: Store) -> None:
    await store.write(lambda tx: hosts.note_aware(tx, HOST, True, 5))
    for host in (HOST, "b.example", HOST):
        await store.write(partial(_refuse, host=host))
    await store.write(lambda tx: hosts.note_ok(tx, "c.example", 5))
    refused = await store.read(lambda tx: hosts.refused_invites(tx, 9))
    assert refused == [(HOST, 2), ("b.example", 1)]
    assert await store.read(lambda tx: hosts.refused_invites(tx, 1)) == [(HOST, 2)]
    assert (await get(store)).aware


async def test_signatures_are_known_of_servers_that_took_one(store: Store) -> None:
    # Read whole, once, when the server starts: no index.
    await store.write(lambda tx: hosts.set_profile(tx, HOST, "rfc9421"))
    await store.write(lambda tx: hosts.set_profile(tx, "b.example", "cavage"))
    await store.write(lambda tx: hosts.set_profile(tx, "b.example", None))
    await store.write(lambda tx: hosts.note_ok(tx, "c.example", 5))
    assert await store.read(hosts.profiles) == {HOST: "rfc9421"}
