"""Lists that readers made of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, select

from storage.dialect import insert_or_ignore, one_of
from storage.models import ListMember, ReaderList
from storage.queries.rows import add, change, find, many


def add_list(tx: Connection, /, **values: Any) -> None:
    """Insert an empty list."""
    add(tx, ReaderList, **values)


def reader_list(tx: Connection, list_id: int) -> ReaderList | None:
    """One list."""
    return find(tx, ReaderList, id=list_id)


def lists_of(tx: Connection, account_id: int) -> list[ReaderList]:
    """A reader's lists, oldest first."""
    return many(
        tx,
        ReaderList,
        select(ReaderList).where(ReaderList.account_id == account_id).order_by(ReaderList.id),
    )


def rename(tx: Connection, list_id: int, title: str) -> None:
    """Give a list another title."""
    change(tx, ReaderList, list_id, title=title)


def remove_list(tx: Connection, list_id: int) -> None:
    """Delete a list; nobody is unfollowed."""
    tx.execute(delete(ListMember).where(ListMember.list_id == list_id))
    tx.execute(delete(ReaderList).where(ReaderList.id == list_id))


def add_member(tx: Connection, list_id: int, actor_id: int) -> None:
    """Put somebody on a list; once."""
    insert_or_ignore(tx, ListMember, {"list_id": list_id, "actor_id": actor_id})


def remove_member(tx: Connection, list_id: int, actor_id: int) -> None:
    """Take somebody off a list."""
    tx.execute(
        delete(ListMember).where(ListMember.list_id == list_id, ListMember.actor_id == actor_id)
    )


def remove_from_all(tx: Connection, account_id: int, actor_id: int) -> None:
    """Take somebody off all lists of a reader, who does not follow them any more."""
    own = select(ReaderList.id).where(ReaderList.account_id == account_id)
    tx.execute(
        delete(ListMember).where(ListMember.actor_id == actor_id, ListMember.list_id.in_(own))
    )


def members(tx: Connection, list_ids: Iterable[int]) -> dict[int, list[int]]:
    """Actor ids on lists: list id → members, in the order of their ids."""
    wanted = sorted(set(list_ids))
    found: dict[int, list[int]] = {list_id: [] for list_id in wanted}
    for list_id, actor_id in tx.execute(_MEMBERS, {"wanted": wanted}):
        found[int(list_id)].append(int(actor_id))
    return found


def count_members(tx: Connection, list_id: int) -> int:
    """How many are on a list."""
    counted = select(func.count()).select_from(ListMember).where(ListMember.list_id == list_id)
    return int(tx.execute(counted).scalar_one())


_MEMBERS = (
    select(ListMember.list_id, ListMember.actor_id)
    .where(one_of(ListMember.list_id, "wanted"))
    .order_by(ListMember.list_id, ListMember.actor_id)
)
