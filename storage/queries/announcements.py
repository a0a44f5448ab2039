"""What is announced on this server: a handful at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select

from storage.dialect import insert_or_ignore, one_of
from storage.models import Announcement, AnnouncementDismissal, AnnouncementReaction
from storage.queries.rows import add, change, find, many


class Reactions(NamedTuple):
    """How many people reacted to an announcement with one emoji."""

    announcement_id: int
    name: str
    people: int


def add_announcement(tx: Connection, /, **values: Any) -> None:
    """Insert one."""
    add(tx, Announcement, **values)


def change_announcement(tx: Connection, key: int, /, **values: Any) -> None:
    """Change columns of one."""
    change(tx, Announcement, key, **values)


def remove_announcement(tx: Connection, key: int) -> None:
    """Forget one, and what people did with it."""
    tx.execute(delete(Announcement).where(Announcement.id == key))


def announcement(tx: Connection, key: int) -> Announcement | None:
    """One by its id."""
    return find(tx, Announcement, id=key)


def announcements(tx: Connection) -> list[Announcement]:
    """All, the oldest first."""
    return many(tx, Announcement, _ALL)


def dismiss(tx: Connection, key: int, account_id: int) -> bool:
    """Somebody wants to see one no more; False when they said so before."""
    row = {"announcement_id": key, "account_id": account_id}
    return bool(insert_or_ignore(tx, AnnouncementDismissal, row))


def dismissed(tx: Connection, account_id: int) -> set[int]:
    """Ids of those that somebody wants to see no more."""
    return set(tx.execute(_DISMISSED, {"account": account_id}).scalars())


def react(tx: Connection, key: int, account_id: int, name: str, now: int) -> bool:
    """Somebody reacts; False when they did already."""
    row = {"announcement_id": key, "account_id": account_id, "name": name, "created_at": now}
    return bool(insert_or_ignore(tx, AnnouncementReaction, row))


def unreact(tx: Connection, key: int, account_id: int, name: str) -> bool:
    """Somebody takes it back; False when there was nothing."""
    row = AnnouncementReaction
    gone = tx.execute(
        delete(row).where(
            row.announcement_id == key, row.account_id == account_id, row.name == name
        )
    )
    return gone.rowcount > 0


def reactions(tx: Connection, keys: Collection[int]) -> list[Reactions]:
    """How many people reacted with what, in the order in which the emoji came up."""
    if not keys:
        return []
    return [Reactions(*row) for row in tx.execute(_COUNTED, {"wanted": list(keys)})]


def reactions_by(tx: Connection, account_id: int) -> set[tuple[int, str]]:
    """Announcement and emoji of somebody's reactions."""
    return {(key, name) for key, name in tx.execute(_BY, {"account": account_id})}


_ALL = select(Announcement).order_by(Announcement.id)
_DISMISSED = select(AnnouncementDismissal.announcement_id).where(
    AnnouncementDismissal.account_id == bindparam("account")
)
_COUNTED = (
    select(AnnouncementReaction.announcement_id, AnnouncementReaction.name, func.count())
    .where(one_of(AnnouncementReaction.announcement_id, "wanted"))
    .group_by(AnnouncementReaction.announcement_id, AnnouncementReaction.name)
    .order_by(func.min(AnnouncementReaction.created_at), AnnouncementReaction.name)
)
_BY = select(AnnouncementReaction.announcement_id, AnnouncementReaction.name).where(
    AnnouncementReaction.account_id == bindparam("account")
)
