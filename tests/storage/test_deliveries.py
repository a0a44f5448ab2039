import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from storage.engine import Store, open_store
from storage.errors import ConflictError
from storage.models import Account, Actor
from storage.queries import deliveries, hosts
from storage.queries.deliveries import ActivityRow, DeliveryRow, NewDelivery

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

ALICE = "https://here.example/users/alice"


def activity(number: int, plain_body: str | None = None) -> ActivityRow:
    uri = f"{ALICE}/activities/{number}"
    return ActivityRow(number, uri, 1, "Create", None, f"body{number}", plain_body, True, 0)


def to(host: str, number: int, *, now: int = 0, plain: bool = False) -> NewDelivery:
    """Delivery ``number`` to a server, of activity 1."""
    return NewDelivery(number, 1, 1, f"https://{host}/inbox/{number}", host, plain, now)


async def start(store: Store, rows: Sequence[NewDelivery]) -> None:
    """Alice, her activity 1, and deliveries of it."""
    actor = {"id": 1, "uri": ALICE, "kind": "Person", "username": "alice", "host": "here.example"}
    actor |= {"local": True, "url": ALICE, "inbox": ALICE, "created_at": 0, "fetched_at": 0}
    account = {"id": 1, "username": "alice", "created_at": 0}
    account |= {"rsa_private": "", "ed25519_private": ""}

    def run(tx: Connection) -> None:
        tx.execute(insert(Actor), actor)
        tx.execute(insert(Account), account)
        deliveries.add_activity(tx, activity(1, "plain1"))
        deliveries.enqueue(tx, rows)

    await store.write(run)


async def claim(store: Store, now: int = 0, limit: int = 10, **more: Any) -> list[DeliveryRow]:
    values = {"per_host_limit": 2, "lease_ms": 100, **more}
    return await store.write(lambda tx: deliveries.claim_due(tx, now=now, limit=limit, **values))


async def fail(
    store: Store, row: DeliveryRow, *, now: int, next_at: int, host_until: int | None = None
) -> None:
    await store.write(
        lambda tx: deliveries.failed(
            tx, row, now=now, next_at=next_at, status=None, error="x", host_next_try_at=host_until
        )
    )


async def test_a_delivery_comes_with_the_body_for_its_server(store: Store) -> None:
    await start(store, [to("a.example", 1), to("b.example", 2, plain=True)])
    found = await claim(store)
    assert [(row.id, row.body, row.attempts) for row in found] == [
        (1, "body1", 1),
        (2, "plain1", 1),
    ]
    assert found[0].uri == activity(1).uri


async def test_one_activity_goes_to_one_inbox_once(store: Store) -> None:
    await start(store, [to("a.example", 1)])
    (row,) = await claim(store)
    await store.write(lambda tx: deliveries.delivered(tx, row, now=1, status=202))
    again = [NewDelivery(9, 1, 1, row.inbox, row.host, False, 5), to("b.example", 3)]
    assert await store.write(lambda tx: deliveries.enqueue(tx, again)) == 1
    assert [row.id for row in await claim(store, now=5)] == [3]


async def test_an_activity_uri_is_used_once(store: Store) -> None:
    await start(store, [])
    with pytest.raises(ConflictError):
        await store.write(lambda tx: deliveries.add_activity(tx, activity(1)))


async def test_a_server_gets_its_oldest_first_and_not_all_at_once(store: Store) -> None:
    await start(store, [to("a.example", n) for n in (5, 3, 4, 1)] + [to("b.example", 2)])
    assert [row.id for row in await claim(store)] == [1, 3, 2]
    assert await claim(store) == []


async def test_a_server_being_delivered_to_is_left_alone(store: Store) -> None:
    await start(store, [to("a.example", n) for n in range(1, 5)])
    first = await claim(store, per_host_limit=1)
    assert await claim(store) == []
    await store.write(lambda tx: deliveries.delivered(tx, first[0], now=1, status=202))
    assert await claim(store, busy_hosts=["a.example"]) == []
    assert [row.id for row in await claim(store, now=1)] == [2, 3]


async def test_a_lease_runs_out_unless_it_is_renewed(store: Store) -> None:
    await start(store, [to("a.example", 1)])
    (row,) = await claim(store)
    await store.write(lambda tx: deliveries.renew(tx, [row.id], lease_until=200))
    assert await claim(store, now=150) == []
    (again,) = await claim(store, now=200)
    assert again.attempts == 2


async def test_what_was_claimed_and_not_tried_is_as_due_as_before(store: Store) -> None:
    await start(store, [to("a.example", n) for n in (1, 2)])
    one, two = await claim(store)
    await fail(store, one, now=1, next_at=2, host_until=50)
    await store.write(lambda tx: deliveries.release(tx, [two.id]))
    await store.write(lambda tx: deliveries.reset_host(tx, "a.example", 2))
    assert [(row.id, row.attempts) for row in await claim(store, now=2)] == [(1, 2), (2, 1)]


async def test_what_a_killed_process_held_is_let_go(store: Store) -> None:
    await start(store, [to("a.example", 1)])
    await claim(store)
    assert await claim(store) == []
    assert await store.write(deliveries.release_all) == 1
    assert [row.id for row in await claim(store)] == [1]


async def test_a_delivery_that_failed_waits_while_others_to_the_server_go_on(store: Store) -> None:
    await start(store, [to("a.example", 1), to("a.example", 2)])
    one, two = await claim(store)
    await fail(store, one, now=1, next_at=50)
    await store.write(lambda tx: deliveries.delivered(tx, two, now=1, status=202))
    assert await claim(store, now=49) == []
    assert [row.id for row in await claim(store, now=50)] == [1]


async def test_a_dead_server_waits_alone_and_is_probed_with_one(store: Store) -> None:
    dead = [to("dead.example", n) for n in range(1, 200)]
    await start(store, [*dead, to("live.example", 500)])
    found = await claim(store, limit=3)
    assert [row.host for row in found] == ["dead.example", "dead.example", "live.example"]
    for row in found[:2]:
        await fail(store, row, now=1, next_at=2, host_until=60)
    await store.write(lambda tx: deliveries.enqueue(tx, [to("live.example", 501)]))
    await store.write(lambda tx: deliveries.delivered(tx, found[2], now=1, status=202))
    assert [row.id for row in await claim(store, now=59, limit=1)] == [501]
    assert [row.id for row in await claim(store, now=60)] == [1]
    state = await store.read(lambda tx: hosts.get(tx, "dead.example"))
    assert state is not None
    assert (state.failures, state.failing_since) == (2, 1)


async def test_a_server_that_answers_again_gets_its_backlog(store: Store) -> None:
    await start(store, [to("a.example", n) for n in range(1, 5)])
    one, two = await claim(store)
    await fail(store, one, now=1, next_at=9, host_until=9)
    await fail(store, two, now=1, next_at=9, host_until=9)
    (probe,) = await claim(store, now=9)
    await store.write(lambda tx: deliveries.delivered(tx, probe, now=9, status=202))
    assert [row.id for row in await claim(store, now=9)] == [2, 3]


async def test_hearing_from_a_server_ends_its_wait(store: Store) -> None:
    await start(store, [to("a.example", 1), to("b.example", 2)])
    one, two = await claim(store)
    for row in (one, one, two, two, two):
        await fail(store, row, now=1, next_at=10_000, host_until=10_000)
    # Twice may be one delivery that always fails.
    assert await store.write(lambda tx: deliveries.reset_host(tx, "a.example", 5))
    assert await claim(store, now=5) == []
    for _ in range(deliveries.HURRIED_AFTER):
        await fail(store, one, now=1, next_at=10_000, host_until=10_000)
    assert await store.write(lambda tx: deliveries.reset_host(tx, "a.example", 5))
    assert not await store.write(lambda tx: deliveries.reset_host(tx, "a.example", 5))
    assert not await store.write(lambda tx: deliveries.reset_host(tx, "never.example", 5))
    assert [row.id for row in await claim(store, now=5)] == [1]


async def test_what_is_about_the_same_object_stays_in_order(store: Store) -> None:
    await start(store, [])
    said = [("note", 1), ("note", 1), ("other", 1), (None, 1), (None, 2), (None, 1)]

    def run(tx: Connection) -> None:
        for number, (about, inbox) in enumerate(said, 2):
            deliveries.add_activity(tx, replace(activity(number), object_uri=about))
            where = f"https://a.example/{inbox}"
            new = NewDelivery(number, number, 1, where, "a.example", False, 0)
            deliveries.enqueue(tx, [new])

    await store.write(run)
    rows = await claim(store, per_host_limit=10)
    assert [row.id for row in rows] == [2, 3, 4, 5, 6, 7]
    assert [row.about for row in rows[:3]] == ["note", "note", "other"]
    assert rows[3].about == rows[5].about != rows[4].about
    await fail(store, rows[0], now=1, next_at=50)
    await fail(store, rows[3], now=1, next_at=50)
    await store.write(lambda tx: deliveries.release(tx, [3, 4, 6, 7]))
    assert [row.id for row in await claim(store, now=2, per_host_limit=10)] == [4, 6]
    await store.write(lambda tx: deliveries.release(tx, [4, 6]))
    assert [row.id for row in await claim(store, now=50, per_host_limit=10)] == [2, 3, 4, 5, 6, 7]


async def test_a_server_that_fails_is_probed_with_what_was_tried_least(store: Store) -> None:
    await start(store, [to("a.example", n) for n in (1, 2, 3)] + [to("b.example", 4)])
    one, two, well = await claim(store)
    await fail(store, one, now=1, next_at=9, host_until=9)
    await store.write(lambda tx: deliveries.release(tx, [two.id]))
    await store.write(lambda tx: deliveries.release(tx, [well.id]))
    assert [row.id for row in await claim(store, now=9, only_well=True)] == [4]
    (probe,) = await claim(store, now=9, per_host_limit=10)
    assert (probe.id, probe.host_failures) == (2, 1)
    await fail(store, probe, now=9, next_at=20, host_until=20)
    (probe,) = await claim(store, now=20, per_host_limit=10)
    assert (probe.id, probe.host_failures) == (3, 2)


async def test_what_is_over_stays_over_and_is_counted(store: Store) -> None:
    await start(store, [to(f"{name}.example", n) for n, name in enumerate("abcde")])
    a, b, c, d, _e = await claim(store)

    def end(tx: Connection) -> None:
        deliveries.delivered(tx, a, now=1, status=200)
        deliveries.refused(tx, b, now=1, status=410, error="gone")
        deliveries.given_up(tx, c, now=1, status=None, error="too long")
        deliveries.failed(tx, d, now=1, next_at=5, status=500, error="x")

    await store.write(end)
    await fail(store, a, now=2, next_at=3)
    await store.write(lambda tx: deliveries.given_up(tx, b, now=2, status=None, error="x"))
    numbers = await store.read(deliveries.counts)
    assert numbers == {"pending": 2, "done": 1, "refused": 1, "given_up": 1}
    assert [row.id for row in await claim(store, now=1000)] == [d.id, 4]


async def test_the_backlog_of_a_dead_server_can_be_given_up(store: Store) -> None:
    rows = [to("a.example", n, now=n) for n in range(10)]
    await start(store, [*rows, to("b.example", 99)])
    given_up = await store.write(
        lambda tx: deliveries.give_up_old(tx, "a.example", before=7, error="dead")
    )
    assert given_up == 7
    numbers = await store.read(deliveries.counts)
    assert (numbers["pending"], numbers["given_up"]) == (4, 7)


async def test_every_server_gets_its_turn(store: Store) -> None:
    await start(store, [to(f"{name}.example", n) for n, name in enumerate("abcd")])
    first = await claim(store, limit=2, lease_ms=0)
    assert [row.host for row in first] == ["a.example", "b.example"]
    second = await claim(store, limit=3, lease_ms=0, after="b.example")
    assert [row.host for row in second] == ["c.example", "d.example", "a.example"]


async def test_workers_never_share_a_delivery(store: Store) -> None:
    await start(store, [to(f"h{n % 12}.example", n) for n in range(60)])
    places = [store, open_store(store.url)]

    async def worker(place: Store) -> list[int]:
        mine: list[int] = []
        idle = 0
        while idle < 5:
            found = await claim(place, limit=4)
            idle = 0 if found else idle + 1
            mine += [row.id for row in found]

            def finish(tx: Connection, rows: Sequence[DeliveryRow] = tuple(found)) -> None:
                for row in rows:
                    deliveries.delivered(tx, row, now=0, status=202)

            await place.write(finish)
        return mine

    shares = await asyncio.gather(*(worker(place) for place in places * 2))
    await places[1].close()
    assert sorted(chain.from_iterable(shares)) == list(range(60))
    assert (await store.read(deliveries.counts))["done"] == 60


async def test_what_waits_is_counted_by_server(store: Store) -> None:
    rows = [to("a.example", 1), to("a.example", 2), to("b.example", 3), to("c.example", 4)]
    await start(store, rows)
    wanted = ["a.example", "b.example", "d.example"]
    counted = await store.read(lambda tx: deliveries.waiting_by_host(tx, wanted))
    assert counted == {"a.example": 2, "b.example": 1}
    await store.write(lambda tx: deliveries.abandon(tx, "a.example", "gone"))
    assert await store.read(lambda tx: deliveries.waiting_by_host(tx, wanted)) == {"b.example": 1}
