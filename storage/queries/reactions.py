"""What hangs on likes, boosts and replies: totals of others, and what is to be told on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from sqlalchemy import Connection, Update, bindparam, case, delete, func, select, update

from storage.dialect import limit as literal_limit
from storage.dialect import one_of
from storage.models import Like, Post, Relay
from storage.queries.rows import add, many

COLUMNS: Final = {
    "likes": Post.likes_total,
    "shares": Post.boosts_total,
    "replies": Post.replies_total,
}
"""Where the size of each collection of a remote post is kept."""

_REACTIONS = (
    select(Like.post_id, Like.emoji, func.count().label("number"))
    .where(one_of(Like.post_id, "wanted"), Like.emoji != "")
    .group_by(Like.post_id, Like.emoji)
    .order_by(func.count().desc(), Like.emoji)
)


def set_totals(
    tx: Connection, post_id: int, totals: Mapping[str, int], *, at: int | None = None
) -> None:
    """What a remote post's server counts, by collection. ``at``: when it was asked for all."""
    values = {COLUMNS[name].key: total for name, total in totals.items()}
    if at is not None:
        values["counts_at"] = at
    if values:
        tx.execute(update(Post).where(Post.id == post_id).values(**values))


def count_one(tx: Connection, post: Post, collection: str, by: int) -> None:
    """One more or one less than a remote post's server said last; posts of ours are counted."""
    if not post.local and getattr(post, COLUMNS[collection].key) is not None:
        tx.execute(_counting(collection), {"post": post.id, "by": by})


def emoji_counts(tx: Connection, post_ids: Iterable[int]) -> dict[int, list[tuple[str, int]]]:
    """(emoji, how many) of posts, the most frequent first; likes without an emoji are not among
    them."""
    found: dict[int, list[tuple[str, int]]] = {}
    wanted = sorted(set(post_ids))
    for post_id, emoji, number in tx.execute(_REACTIONS, {"wanted": wanted}) if wanted else ():
        found.setdefault(int(post_id), []).append((str(emoji), int(number)))
    return found


def add_relay(tx: Connection, /, **values: object) -> None:
    """Something that co-authors' servers are to be told."""
    add(tx, Relay, **values)


def drop_relay(tx: Connection, post_id: int, uri: str) -> bool:
    """Tell them nothing of it after all; False when they know, or never were to."""
    return tx.execute(_DROP, {"post": post_id, "uri": uri}).rowcount > 0


def relays_of(tx: Connection, post_id: int, limit: int) -> list[Relay]:
    """What is to be told of a post, oldest first."""
    statement = _WAITING.limit(literal_limit(limit))
    return many(tx, Relay, statement, {"post": post_id})


def remove_relays(tx: Connection, relay_ids: Iterable[int]) -> None:
    """It was told."""
    tx.execute(_TOLD, {"wanted": list(relay_ids)})


@cache
def _counting(collection: str) -> Update:
    column = COLUMNS[collection]
    total = column + bindparam("by")
    return (
        update(Post)
        .where(Post.id == bindparam("post"), column.is_not(None))
        .values({column.key: case((total < 0, 0), else_=total)})
    )


_DROP = delete(Relay).where(
    Relay.post_id == bindparam("post"), Relay.uri == bindparam("uri"), Relay.removed.is_(False)
)
_WAITING = select(Relay).where(Relay.post_id == bindparam("post")).order_by(Relay.id)
_TOLD = delete(Relay).where(one_of(Relay.id, "wanted"))
