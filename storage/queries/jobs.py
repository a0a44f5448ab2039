"""Jobs: work for later or for the network, claimed under a lease.

A worker that dies leaves a lease that runs out; then another claims the job. So a job may run
twice, and what it does must bear that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, delete, func, insert, select, update

from storage.dialect import for_update_skip_locked, limit
from storage.models import Job


@dataclass(frozen=True, slots=True)
class JobRow:
    """A claimed job. ``attempts`` counts this one; ``lease_until`` is the token for ``done``."""

    id: int
    kind: str
    key: str | None
    payload: dict[str, Any]
    run_at: int
    attempts: int
    lease_until: int
    created_at: int


def put(
    tx: Connection,
    *,
    id: int,  # noqa: A002 - the column's name
    kind: str,
    payload: Mapping[str, Any],
    run_at: int,
    now: int,
    key: str | None = None,
) -> None:
    """Add a job to run at ``run_at`` or soon after.

    With a ``key`` that is there already the two become one: the earlier time and the newer
    payload. If that one is running just now it will run once more, since it may have looked at
    the world before whatever this call is about.
    """
    content = dict(payload)
    if key is not None:
        again = {"wanted": key, "at": run_at, "content": content, "now": now}
        if tx.execute(_AGAIN, again).rowcount:
            return
    tx.execute(
        _ADD,
        {
            "id": id,
            "kind": kind,
            "key": key,
            "payload": content,
            "run_at": run_at,
            "created_at": now,
        },
    )


def claim(
    tx: Connection,
    *,
    now: int,
    limit: int,
    lease_ms: int,
    kinds: Sequence[str] | None = None,
) -> list[JobRow]:
    """Take up to ``limit`` due jobs, earliest first, and hold them until ``now + lease_ms``.

    ``kinds`` leaves all others alone. Nobody else gets a claimed job before its lease runs out.
    """
    statement = _due(limit, kinds is not None)
    values: dict[str, Any] = {"now": now} if kinds is None else {"now": now, "kinds": list(kinds)}
    found = tx.execute(statement, values).all()
    if not found:
        return []
    lease = _even(now + lease_ms)
    tx.execute(_LEASE, {"ids": [row.id for row in found], "lease": lease})
    return [
        JobRow(
            id=row.id,
            kind=row.kind,
            key=row.key,
            payload=row.payload,
            run_at=row.run_at,
            attempts=row.attempts + 1,
            lease_until=lease,
            created_at=row.created_at,
        )
        for row in found
    ]


def done(tx: Connection, job: JobRow) -> bool:
    """Remove a job that was carried out; False when it stays because it is wanted again.

    It stays when it was put again while it ran, or when its lease ran out and another worker
    claimed it.
    """
    token = {"job": job.id, "lease": job.lease_until}
    if tx.execute(_DELETE, token).rowcount:
        return True
    tx.execute(_RELEASE, {"job": job.id, "lease": job.lease_until + 1})
    return False


def retry(tx: Connection, job: JobRow, *, run_at: int, error: str) -> None:
    """Give a failed job back, to be run again at ``run_at``. ``error`` is for the operator."""
    token = {"job": job.id, "error": error, "lease": job.lease_until}
    if not tx.execute(_RETRY, {**token, "at": run_at}).rowcount:
        # Put again while it ran: its own, earlier time stands.
        tx.execute(_RELEASE, {"job": job.id, "lease": job.lease_until + 1})


def go_on(tx: Connection, job: JobRow, *, run_at: int) -> None:
    """A part of a job is done: the rest at ``run_at``, with the payload it has by now.

    Also if it was put again while it ran: whatever that was about is part of the rest.
    """
    tx.execute(_GO_ON, {"job": job.id, "lease": job.lease_until, "at": run_at})


def count_due(tx: Connection, now: int, most: int) -> int:
    """How many jobs are due or under way; counts no further than ``most``."""
    found = select(Job.id).where(Job.run_at <= now).limit(limit(most)).subquery()
    return int(tx.execute(select(func.count()).select_from(found)).scalar_one())


def release_all(tx: Connection, now: int) -> int:
    """Let go of what a killed process held; how many. Only while nobody else runs jobs."""
    return tx.execute(_RELEASE_ALL, {"now": now}).rowcount


def _even(lease: int) -> int:
    """Leases are even; ``put`` makes the lease of a running job odd to say "once more"."""
    return lease + lease % 2


@lru_cache(maxsize=64)
def _due(count: int, some_kinds: bool) -> Select[Any]:
    statement = (
        select(Job)
        .where(Job.run_at <= bindparam("now"), Job.lease_until <= bindparam("now"))
        .order_by(Job.run_at, Job.id)
        .limit(limit(count))
    )
    if some_kinds:
        statement = statement.where(Job.kind.in_(bindparam("kinds", expanding=True)))
    return for_update_skip_locked(statement)


_MINE = (Job.id == bindparam("job"), Job.lease_until == bindparam("lease"))
_ADD = insert(Job)
_AGAIN = (
    update(Job)
    .where(Job.key == bindparam("wanted"))
    .values(
        run_at=case((Job.run_at < bindparam("at"), Job.run_at), else_=bindparam("at")),
        payload=bindparam("content"),
        lease_until=case(
            (
                (Job.lease_until > bindparam("now")) & (Job.lease_until % 2 == 0),
                Job.lease_until + 1,
            ),
            else_=Job.lease_until,
        ),
    )
)
_LEASE = (
    update(Job)
    .where(Job.id.in_(bindparam("ids", expanding=True)))
    .values(lease_until=bindparam("lease"), attempts=Job.attempts + 1)
)
_DELETE = delete(Job).where(*_MINE)
_RELEASE = update(Job).where(*_MINE).values(lease_until=0)
_RETRY = (
    update(Job)
    .where(*_MINE)
    .values(lease_until=0, run_at=bindparam("at"), error=bindparam("error"))
)
_GO_ON = (
    update(Job)
    .where(
        Job.id == bindparam("job"),
        Job.lease_until.between(bindparam("lease"), bindparam("lease") + 1),
    )
    .values(lease_until=0, attempts=0, run_at=bindparam("at"))
)
_RELEASE_ALL = (
    update(Job).where(Job.run_at <= bindparam("now"), Job.lease_until > 0).values(lease_until=0)
)
