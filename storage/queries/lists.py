"""Lists that readers made of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from storage.dialect import insert_or_ignore, one_of
from storage.models import ListMember, Post, PostAuthor, ReaderList
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


def change_list(tx: Connection, list_id: int, /, **values: Any) -> None:
    """Change what a list is called, or what it shows."""
    change(tx, ReaderList, list_id, **values)


def left_to_lists(account_id: SQLColumnExpression[int]) -> Select[int]:
    """Whom somebody's home timeline leaves to a list of theirs."""
    return (
        select(ListMember.actor_id)
        .join(ReaderList, ReaderList.id == ListMember.list_id)
        .where(ReaderList.account_id == account_id, ReaderList.exclusive)
    )


def fits_as_reply() -> ColumnElement[bool]:
    """Whether a list (``ReaderList``) shows a post (``Post``), as far as it answers another.

    Who goes on with a thread of their own answers nobody, and an answer to the reader is shown
    always. What answers a post that is not known here answers a stranger.
    """
    answered = aliased(Post)
    on_list = (
        select(ListMember.actor_id).where(ListMember.list_id == ReaderList.id).correlate(ReaderList)
    )
    co_author = exists().where(
        PostAuthor.post_id == answered.id,
        PostAuthor.state == "verified",
        PostAuthor.actor_id.in_(on_list),
    )
    to_a_member = (ReaderList.replies_policy == "list") & or_(
        answered.author_id.in_(on_list), co_author
    )
    return or_(
        ReaderList.replies_policy == "followed",
        Post.in_reply_to_uri.is_(None),
        exists().where(
            answered.uri == Post.in_reply_to_uri,
            or_(
                answered.author_id == Post.author_id,
                answered.author_id == ReaderList.account_id,
                to_a_member,
            ),
        ),
    )


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
