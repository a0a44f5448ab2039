"""Deliveries: one activity to one inbox, until it arrived or was given up.

Each server is a lane. A lane is worked on by one claim at a time, oldest delivery first, so that
what happens on one server keeps its order; a delivery that failed by itself holds up only what is
about the same object, and a server that does not answer (``hosts.next_try_at``) nobody else's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)

from storage.dialect import insert_or_ignore
from storage.models import Activity, Delivery
from storage.queries import hosts, lanes


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity we send. ``body`` and ``plain_body`` are JSON texts."""

    id: int
    uri: str
    actor_id: int
    kind: str
    object_uri: str | None
    body: str
    plain_body: str | None
    public: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to make. ``plain``: the server gets ``plain_body`` if the activity has one."""

    id: int
    activity_id: int
    signer_id: int
    inbox: str
    host: str
    plain: bool
    now: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A claimed delivery, with the body to send. ``attempts`` counts this one."""

    id: int
    activity_id: int
    signer_id: int
    inbox: str
    host: str
    attempts: int
    first_at: int
    lease_until: int
    kind: str
    uri: str
    body: str
    about: str
    """What its order matters for: its object, else its actor and the inbox."""
    host_failures: int
    """How many deliveries to the server failed in a row."""


def add_activity(tx: Connection, activity: ActivityRow) -> None:
    """Store an activity. Raises ``ConflictError`` (out of the write) when its URI exists."""
    tx.execute(_ADD_ACTIVITY, asdict(activity))


def enqueue(tx: Connection, rows: Sequence[NewDelivery]) -> int:
    """Add deliveries, due at once; says how many were new.

    One activity goes to one inbox once: a repeat, also of a delivery long done, changes nothing.
    """
    return insert_or_ignore(
        tx,
        Delivery,
        [
            {
                "id": row.id,
                "activity_id": row.activity_id,
                "signer_id": row.signer_id,
                "inbox": row.inbox,
                "host": row.host,
                "plain": row.plain,
                "next_at": row.now,
                "first_at": row.now,
            }
            for row in rows
        ],
    )


def claim_due(
    tx: Connection,
    *,
    now: int,
    limit: int,
    lease_ms: int,
    per_host_limit: int,
    servers: int | None = None,
    busy_hosts: Collection[str] = (),
    after: str = "",
    only_well: bool = False,
) -> list[DeliveryRow]:
    """Take up to ``limit`` due deliveries and hold them until ``now + lease_ms``.

    At most ``per_host_limit`` per server and to at most ``servers`` servers, oldest first; one only
    to a server whose last delivery failed (to none with ``only_well``), and then what was tried
    least: it may be one delivery that makes it fail. Left out: servers in ``busy_hosts``, servers
    of which any worker holds a delivery, those not to be tried yet, and what would overtake a
    delivery about the same object that failed.

    Servers are visited in the order of their names, beginning behind ``after``: pass the last
    row's ``host`` the next time, so that all get their turn.
    """
    most = limit if servers is None else servers
    found = lanes.ready(tx, now, limit, most, per_host_limit, busy_hosts, after, only_well)
    visited = {row.host for row in found}
    if after and len(found) < limit and len(visited) < most:
        left, others = most - len(visited), {*busy_hosts, *visited}
        room = limit - len(found)
        found += lanes.ready(tx, now, room, left, per_host_limit, others, "", only_well)
    lease = now + lease_ms
    claimed = [DeliveryRow(**row._mapping, lease_until=lease) for row in lanes.probing(found)]
    if claimed:
        tx.execute(_LEASE, {"ids": [row.id for row in claimed], "lease": lease})
    return claimed


def renew(tx: Connection, ids: Sequence[int], *, lease_until: int) -> None:
    """Hold claimed deliveries longer, while they are still being sent."""
    tx.execute(_RENEW, {"ids": list(ids), "lease": lease_until})


def release(tx: Connection, ids: Sequence[int]) -> None:
    """Give back claimed deliveries that were not tried: they are as due as before."""
    if ids:
        tx.execute(_RELEASE, {"ids": list(ids)})


def release_all(tx: Connection) -> int:
    """Let go of what a killed process held; how many. Only while nobody else delivers."""
    return tx.execute(_RELEASE_ALL).rowcount


def delivered(tx: Connection, row: DeliveryRow, *, now: int, status: int) -> None:
    """It arrived. The server is well."""
    tx.execute(_END, {"row": row.id, "end": "done", "status": status, "text": None, "at": now})
    hosts.note_ok(tx, row.host, now)


def refused(tx: Connection, row: DeliveryRow, *, now: int, status: int, error: str) -> None:
    """The server answered that it will never take it. The server is well."""
    tx.execute(_END, {"row": row.id, "end": "refused", "status": status, "text": error, "at": now})
    hosts.note_ok(tx, row.host, now)


def failed(
    tx: Connection,
    row: DeliveryRow,
    *,
    now: int,
    next_at: int,
    status: int | None,
    error: str,
    host_next_try_at: int | None = None,
    asked_until: int | None = None,
    ill: bool = True,
) -> int:
    """It did not arrive this time; try again at ``next_at``.

    ``host_next_try_at``: the fault is the server's (it does not answer, or is overloaded), so send
    it nothing at all before that time, nor before ``asked_until`` if it said so itself. ``ill``:
    and this is a day on which it failed. Gives the number of these days.
    """
    values = {"row": row.id, "at": next_at, "status": status, "text": error}
    tx.execute(_FAILED, values)
    if host_next_try_at is None:
        return 0
    return hosts.note_failure(
        tx, row.host, now=now, next_try_at=host_next_try_at, asked_until=asked_until, ill=ill
    )


def given_up(tx: Connection, row: DeliveryRow, *, now: int, status: int | None, error: str) -> None:
    """It did not arrive and is not tried again. What this says of the server: ``failed`` first."""
    tx.execute(_END, {"row": row.id, "end": "given_up", "status": status, "text": error, "at": now})


def give_up_old(tx: Connection, host: str, *, before: int, error: str) -> int:
    """Give up what waits for a server since before ``before``; says how many.

    A dead server gets one attempt at a time: its backlog would outlive any limit on attempts.
    """
    return tx.execute(_GIVE_UP_OLD, {"lane": host, "before": before, "text": error}).rowcount


def abandon(tx: Connection, host: str, error: str) -> int:
    """Give up all that waits for a server; says how many."""
    values = {"lane": host, "before": 2**62, "text": error}
    return tx.execute(_GIVE_UP_OLD, values).rowcount


def count_waiting(tx: Connection, hosts: Sequence[str]) -> int:
    """How many deliveries wait for these servers."""
    waiting = select(func.count()).select_from(Delivery)
    there = waiting.where(Delivery.host.in_(list(hosts)), Delivery.state == "pending")
    return int(tx.execute(there).scalar_one())


def waiting_by_host(tx: Connection, hosts: Sequence[str]) -> dict[str, int]:
    """How many deliveries wait for each of these servers; none for those without."""
    waiting = select(Delivery.host, func.count()).group_by(Delivery.host)
    there = waiting.where(Delivery.host.in_(list(hosts)), _PENDING)
    return {str(host): int(number) for host, number in tx.execute(there)}


def reset_host(tx: Connection, host: str, now: int) -> bool:
    """We heard from the server: it lives, so what waits for it is due. False: nothing waited.

    Cheap when the server was well, so it may be called for each request that comes in. If it asked
    for time it has that. After a failure or two only the server's wait ends: one delivery that
    always fails would be tried with each request of a server that writes often.
    """
    held = hosts.get(tx, host)
    if held is None or not hosts.close_circuit(tx, host, now):
        return False
    if held.failures >= HURRIED_AFTER:
        tx.execute(_HURRY, {"lane": host, "at": now})
    return True


def counts(tx: Connection) -> dict[str, int]:
    """How many deliveries there are in each state."""
    numbers = dict.fromkeys(STATES, 0)
    for state, number in tx.execute(_COUNTS):
        numbers[state] = number
    return numbers


HURRIED_AFTER: Final = 3
"""Failures in a row after which a server was away, and not just busy for a moment."""
STATES: Final = ("pending", "done", "refused", "given_up")

# "pending" is written out everywhere: PostgreSQL's generic plan could not know that it is rare.
_PENDING = Delivery.state == literal_column("'pending'")
_ADD_ACTIVITY = insert(Activity)
_MINE = (Delivery.id == bindparam("row"), _PENDING)
_LEASE = (
    update(Delivery)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)))
    .values(lease_until=bindparam("lease"), attempts=Delivery.attempts + 1)
)
_RENEW = (
    update(Delivery)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)), _PENDING)
    .values(lease_until=bindparam("lease"))
)
_RELEASE = (
    update(Delivery)
    .where(Delivery.id.in_(bindparam("ids", expanding=True)), _PENDING)
    .values(lease_until=0, attempts=Delivery.attempts - 1)
)
_RELEASE_ALL = update(Delivery).where(_PENDING, Delivery.lease_until > 0).values(lease_until=0)
_END = (
    update(Delivery)
    .where(*_MINE)
    .values(
        state=bindparam("end"),
        lease_until=0,
        next_at=bindparam("at"),
        last_status=bindparam("status"),
        last_error=bindparam("text"),
    )
)
_FAILED = (
    update(Delivery)
    .where(*_MINE)
    .values(
        lease_until=0,
        next_at=bindparam("at"),
        last_status=bindparam("status"),
        last_error=bindparam("text"),
    )
)
_GIVE_UP_OLD = (
    update(Delivery)
    .where(Delivery.host == bindparam("lane"), _PENDING, Delivery.first_at < bindparam("before"))
    .values(state="given_up", lease_until=0, last_error=bindparam("text"))
)
_HURRY = (
    update(Delivery)
    .where(Delivery.host == bindparam("lane"), _PENDING, Delivery.next_at > bindparam("at"))
    .values(next_at=bindparam("at"))
)
_COUNTS = (
    select(Delivery.state, func.count()).where(Delivery.state.in_(STATES)).group_by(Delivery.state)
)
