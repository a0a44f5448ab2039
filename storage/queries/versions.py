"""Earlier versions of posts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from storage.models import PostVersion
from storage.queries.rows import add, many


def add_version(tx: Connection, /, **values: Any) -> None:
    """Keep a version."""
    add(tx, PostVersion, **values)


def versions_of(tx: Connection, post_id: int) -> list[PostVersion]:
    """What is kept of a post, oldest first."""
    return many(tx, PostVersion, _OF_POST, {"post": post_id})


def sizes(tx: Connection, post_id: int) -> list[tuple[int, int]]:
    """(number, size) of the versions of a post that are kept, oldest first."""
    return [(int(row[0]), int(row[1])) for row in tx.execute(_SIZES, {"post": post_id})]


def drop(tx: Connection, post_id: int, numbers: Collection[int]) -> None:
    """Keep some versions no longer."""
    if numbers:
        tx.execute(
            delete(PostVersion).where(
                PostVersion.post_id == post_id, PostVersion.number.in_(list(numbers))
            )
        )


def drop_all(tx: Connection, post_id: int) -> None:
    """Keep no version of a post."""
    tx.execute(_DROP_ALL, {"post": post_id})


_OF_POST = (
    select(PostVersion).where(PostVersion.post_id == bindparam("post")).order_by(PostVersion.number)
)
_SIZES = (
    select(PostVersion.number, PostVersion.size)
    .where(PostVersion.post_id == bindparam("post"))
    .order_by(PostVersion.number)
)
_DROP_ALL = delete(PostVersion).where(PostVersion.post_id == bindparam("post"))
