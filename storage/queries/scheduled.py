"""Posts that wait for their time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from fedi_cotweet.domain.windows import Window
from storage.models import ScheduledPost
from storage.queries.rows import many, one
from storage.windows import paged, values_of


def add(tx: Connection, /, **values: Any) -> None:
    """One more."""
    tx.execute(insert(ScheduledPost), values)


def of_account(tx: Connection, account_id: int, window: Window) -> list[ScheduledPost]:
    """Somebody's, by when they were written."""
    return many(
        tx, ScheduledPost, _of_account(window), {"account": account_id, **values_of(window)}
    )


def own(tx: Connection, account_id: int, number: int) -> ScheduledPost | None:
    """One of somebody's."""
    return one(tx, ScheduledPost, _OWN, {"account": account_id, "id": number})


def change(tx: Connection, number: int, /, **values: Any) -> None:
    """Other columns of one."""
    tx.execute(update(ScheduledPost).where(ScheduledPost.id == number).values(**values))


def remove(tx: Connection, number: int) -> None:
    """It is published, or not wanted any more."""
    tx.execute(delete(ScheduledPost).where(ScheduledPost.id == number))


def due(tx: Connection, now: int, limit: int) -> list[ScheduledPost]:
    """Those whose time has come, the earliest first."""
    return many(tx, ScheduledPost, _DUE, {"now": now, "limit": limit})


def made(tx: Connection, account_id: int, key: str) -> int | None:
    """The one that was made with this ``Idempotency-Key``."""
    found = tx.execute(_MADE, {"account": account_id, "key": key}).scalar()
    return None if found is None else int(found)


def count(tx: Connection, account_id: int, start: int, end: int) -> int:
    """How many of somebody's are for a time from ``start`` to before ``end``."""
    values = {"account": account_id, "start": start, "end": end}
    return int(tx.execute(_COUNT, values).scalar_one())


_OWN = select(ScheduledPost).where(
    ScheduledPost.account_id == bindparam("account"), ScheduledPost.id == bindparam("id")
)
_MADE = select(ScheduledPost.id).where(
    ScheduledPost.account_id == bindparam("account"), ScheduledPost.key == bindparam("key")
)
_of_account = paged(
    lambda: (
        select(ScheduledPost).where(ScheduledPost.account_id == bindparam("account")),
        ScheduledPost.id,
    )
)
_DUE = (
    select(ScheduledPost)
    .where(ScheduledPost.failure == "", ScheduledPost.publish_at <= bindparam("now"))
    .order_by(ScheduledPost.publish_at)
    .limit(bindparam("limit"))
)
_COUNT = select(func.count()).where(
    ScheduledPost.account_id == bindparam("account"),
    ScheduledPost.publish_at >= bindparam("start"),
    ScheduledPost.publish_at < bindparam("end"),
)
