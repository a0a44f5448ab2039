"""Who stands on posts beside their primary authors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Connection,
    delete,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from storage.dialect import limit as literal_limit
from storage.dialect import one_of, upsert
from storage.models import Post, PostAuthor
from storage.queries.rows import find, many


def authors_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, list[PostAuthor]]:
    """Co-author rows of posts, in order of credit. Who is only named with them is none."""
    return _rows_of(tx, post_ids, by_stamp=True)


def companions_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, list[PostAuthor]]:
    """Rows of those who are named with the authors of posts, and are none themselves."""
    return _rows_of(tx, post_ids, by_stamp=False)


def _rows_of(
    tx: Connection, post_ids: Iterable[int], *, by_stamp: bool
) -> dict[int, list[PostAuthor]]:
    wanted = sorted(set(post_ids))
    found: dict[int, list[PostAuthor]] = {post_id: [] for post_id in wanted}
    if not wanted:
        return found
    statement = _AUTHORS if by_stamp else _COMPANIONS
    for row in many(tx, PostAuthor, statement, {"wanted": wanted}):
        found[row.post_id].append(row)
    return found


def post_author(tx: Connection, post_id: int, actor_uri: str) -> PostAuthor | None:
    """One co-author row."""
    return find(tx, PostAuthor, post_id=post_id, actor_uri=actor_uri)


def set_author(tx: Connection, post_id: int, actor_uri: str, /, **values: Any) -> None:
    """Insert or change a co-author row; ``position`` and ``state`` are needed for a new one."""
    row = {"post_id": post_id, "actor_uri": actor_uri, **values}
    upsert(tx, PostAuthor, row, key=["post_id", "actor_uri"])


def remove_author(tx: Connection, post_id: int, actor_uri: str) -> None:
    """Take a co-author off."""
    tx.execute(
        delete(PostAuthor).where(PostAuthor.post_id == post_id, PostAuthor.actor_uri == actor_uri)
    )


def authors_with_stamp(tx: Connection, stamp_uri: str) -> list[PostAuthor]:
    """Co-author rows that rest on a stamp."""
    return many(
        tx,
        PostAuthor,
        select(PostAuthor).where(PostAuthor.stamp_uri == stamp_uri, PostAuthor.via == "stamp"),
    )


def authorships(
    tx: Connection, actor_id: int, state: str, limit: int | None = None
) -> list[PostAuthor]:
    """Everything an actor is a co-author of, in this state; at most ``limit``."""
    found = select(PostAuthor).where(PostAuthor.actor_id == actor_id, PostAuthor.state == state)
    return many(tx, PostAuthor, found if limit is None else found.limit(literal_limit(limit)))


def written_together(
    tx: Connection, one_id: int, other_id: int, limit: int
) -> list[tuple[Post, bool]]:
    """Published posts of which both are authors; with each, whether it is primarily the one's."""
    beside = exists(
        select(PostAuthor.post_id).where(
            PostAuthor.post_id == Post.id,
            PostAuthor.actor_id == other_id,
            PostAuthor.state == "verified",
        )
    )
    window = literal_limit(limit)
    own = many(
        tx,
        Post,
        select(Post)
        .where(Post.author_id == one_id, Post.state == "published", Post.co_authored, beside)
        .order_by(Post.sort_id.desc())
        .limit(window),
    )
    mine = aliased(PostAuthor)
    joint = many(
        tx,
        Post,
        select(Post)
        .join(mine, mine.post_id == Post.id)
        .where(
            mine.actor_id == one_id,
            mine.state == "verified",
            Post.state == "published",
            or_(Post.author_id == other_id, beside),
        )
        .order_by(Post.sort_id.desc())
        .limit(window),
    )
    return [*((post, True) for post in own), *((post, False) for post in joint)]


def authors_due(tx: Connection, now: int, limit: int) -> list[int]:
    """Posts whose stamps are due for another look."""
    rows = tx.execute(
        select(PostAuthor.post_id)
        .where(PostAuthor.next_check_at <= now)
        .order_by(PostAuthor.next_check_at)
        .limit(literal_limit(limit))
    )
    return list(dict.fromkeys(int(row[0]) for row in rows))


_NAMED = (
    select(PostAuthor)
    .where(one_of(PostAuthor.post_id, "wanted"))
    .order_by(PostAuthor.post_id, PostAuthor.position)
)
_AUTHORS = _NAMED.where(PostAuthor.via == "stamp")
_COMPANIONS = _NAMED.where(PostAuthor.via != "stamp")
