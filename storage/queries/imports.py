"""Lists of people that are taken out, and taken in row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from storage.dialect import limit as literal_limit
from storage.models import Actor, Block, Follow, ImportRow, Mute
from storage.queries.rows import one


def followed(tx: Connection, account_id: int) -> list[str]:
    """The handles of whom an account follows or asked to follow, in the order it did."""
    wanted = select(Actor.username, Actor.host).join(Follow, Follow.followed_id == Actor.id)
    mine = wanted.where(Follow.follower_id == account_id, Actor.gone_at.is_(None))
    return _handles(tx, mine.order_by(Follow.id))


def blocked(tx: Connection, account_id: int) -> list[str]:
    """The handles of whom an account blocks."""
    wanted = select(Actor.username, Actor.host).join(Block, Block.target_id == Actor.id)
    return _handles(tx, wanted.where(Block.actor_id == account_id).order_by(Block.id))


def muted(tx: Connection, account_id: int, now: int) -> list[str]:
    """The handles of whom an account mutes for good: a file cannot say until when."""
    wanted = select(Actor.username, Actor.host).join(Mute, Mute.target_id == Actor.id)
    mine = wanted.where(Mute.account_id == account_id, Mute.until.is_(None), Mute.created_at <= now)
    return _handles(tx, mine.order_by(Mute.created_at, Mute.target_id))


def _handles(tx: Connection, wanted: Select[str, str]) -> list[str]:
    return [f"{username}@{host}" for username, host in tx.execute(wanted)]


def add_rows(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows that wait."""
    tx.execute(insert(ImportRow), [dict(row) for row in rows])


def count_waiting(tx: Connection, account_id: int, most: int) -> int:
    """How many rows of an account wait; counted up to ``most``."""
    mine = select(ImportRow.id).where(
        ImportRow.account_id == account_id, ImportRow.state == "waiting"
    )
    counted = select(func.count()).select_from(mine.limit(literal_limit(most)).subquery())
    return int(tx.execute(counted).scalar_one())


def next_row(tx: Connection, account_id: int) -> ImportRow | None:
    """The row that comes next."""
    return one(
        tx,
        ImportRow,
        select(ImportRow)
        .where(ImportRow.account_id == account_id, ImportRow.state == "waiting")
        .order_by(ImportRow.id)
        .limit(1),
    )


def end_row(tx: Connection, row_id: int, state: str) -> None:
    """It is ``done``, or has ``failed``."""
    tx.execute(update(ImportRow).where(ImportRow.id == row_id).values(state=state))


def states(tx: Connection, account_id: int) -> dict[tuple[str, str], int]:
    """How many rows of an account there are: (kind, state) → number."""
    rows = tx.execute(
        select(ImportRow.kind, ImportRow.state, func.count())
        .where(ImportRow.account_id == account_id)
        .group_by(ImportRow.kind, ImportRow.state)
    )
    return {(str(kind), str(state)): int(count) for kind, state, count in rows}
