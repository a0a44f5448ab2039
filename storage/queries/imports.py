"""Lists that are taken out, and taken in row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from storage.dialect import limit as literal_limit
from storage.models import (
    Actor,
    Block,
    Bookmark,
    Follow,
    ImportRow,
    ListMember,
    Mute,
    Post,
    ReaderList,
)
from storage.queries.rows import one


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody whom an account follows, and what it wants of them (``Follow``)."""

    handle: str
    shows_boosts: bool
    notifies: bool
    languages: tuple[str, ...]


def followed(tx: Connection, account_id: int) -> list[Followed]:
    """Whom an account follows or asked to follow, in the order it did."""
    wanted = select(
        Actor.username, Actor.host, Follow.shows_boosts, Follow.notifies, Follow.languages
    ).join(Follow, Follow.followed_id == Actor.id)
    mine = wanted.where(Follow.follower_id == account_id, Actor.gone_at.is_(None))
    return [
        Followed(f"{username}@{host}", bool(boosts), bool(notifies), tuple(map(str, languages)))
        for username, host, boosts, notifies, languages in tx.execute(mine.order_by(Follow.id))
    ]


def blocked(tx: Connection, account_id: int) -> list[str]:
    """The handles of whom an account blocks."""
    wanted = select(Actor.username, Actor.host).join(Block, Block.target_id == Actor.id)
    return _handles(tx, wanted.where(Block.actor_id == account_id).order_by(Block.id))


def muted(tx: Connection, account_id: int, now: int) -> list[tuple[str, bool]]:
    """Whom an account mutes for good (a file cannot say until when), and whether it hears of what
    they do neither."""
    wanted = select(Actor.username, Actor.host, Mute.hides_notices)
    mine = wanted.join(Mute, Mute.target_id == Actor.id).where(
        Mute.account_id == account_id, Mute.until.is_(None), Mute.created_at <= now
    )
    found = tx.execute(mine.order_by(Mute.created_at, Mute.target_id))
    return [(f"{username}@{host}", bool(hides)) for username, host, hides in found]


def on_lists(tx: Connection, account_id: int) -> list[tuple[str, str]]:
    """(title, handle) of everybody on a reader's lists, the oldest list first."""
    wanted = (
        select(ReaderList.title, Actor.username, Actor.host)
        .join(ListMember, ListMember.list_id == ReaderList.id)
        .join(Actor, Actor.id == ListMember.actor_id)
        .where(ReaderList.account_id == account_id, Actor.gone_at.is_(None))
        .order_by(ReaderList.id, ListMember.actor_id)
    )
    return [(str(title), f"{username}@{host}") for title, username, host in tx.execute(wanted)]


def bookmarked(tx: Connection, account_id: int) -> list[str]:
    """The identifiers of the posts that a reader keeps, the first first."""
    wanted = select(Post.uri).join(Bookmark, Bookmark.post_id == Post.id)
    mine = wanted.where(Bookmark.account_id == account_id, Post.state == "published")
    return [str(uri) for (uri,) in tx.execute(mine.order_by(Bookmark.id))]


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


def forget_over(tx: Connection, account_id: int, kind: str) -> None:
    """Earlier rows of a kind that are done or failed, unless others of that kind still wait."""
    mine = (ImportRow.account_id == account_id, ImportRow.kind == kind)
    waits = select(ImportRow.id).where(*mine, ImportRow.state == "waiting").limit(1)
    if tx.execute(waits).first() is None:
        tx.execute(delete(ImportRow).where(*mine))


def failed(tx: Connection, account_id: int, kind: str, limit: int) -> list[str]:
    """What the rows name that could not be done, in order."""
    wanted = (
        select(ImportRow.address)
        .where(
            ImportRow.account_id == account_id,
            ImportRow.state == "failed",
            ImportRow.kind == kind,
        )
        .order_by(ImportRow.id)
        .limit(literal_limit(limit))
    )
    return [str(address) for (address,) in tx.execute(wanted)]


def states(tx: Connection, account_id: int) -> dict[tuple[str, str], int]:
    """How many rows of an account there are: (kind, state) → number."""
    rows = tx.execute(
        select(ImportRow.kind, ImportRow.state, func.count())
        .where(ImportRow.account_id == account_id)
        .group_by(ImportRow.kind, ImportRow.state)
    )
    return {(str(kind), str(state)): int(count) for kind, state, count in rows}
