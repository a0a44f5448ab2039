"""Archives of accounts, and what is in them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.dialect import limit as literal_limit
from storage.dialect import upsert
from storage.models import Archive, Boost, Post
from storage.queries.rows import find, many


def of_account(tx: Connection, account_id: int) -> Archive | None:
    """The last one somebody asked for."""
    return find(tx, Archive, account_id=account_id)


def ask(tx: Connection, account_id: int, *, token: str, now: int, expires_at: int) -> None:
    """One that is to be made, in place of the one before."""
    row = {
        "account_id": account_id,
        "token": token,
        "state": "waiting",
        "size": 0,
        "asked_at": now,
        "expires_at": expires_at,
    }
    upsert(tx, Archive, row, key=["account_id"])


def end(tx: Connection, token: str, *, state: str, size: int, expires_at: int) -> None:
    """It is ``ready``, or has ``failed``."""
    values = {"state": state, "size": size, "expires_at": expires_at}
    tx.execute(update(Archive).where(Archive.token == token).values(**values))


def forget(tx: Connection, now: int) -> None:
    """Those whose time is over."""
    tx.execute(delete(Archive).where(Archive.expires_at <= now))


def among(tx: Connection, tokens: Collection[str]) -> set[str]:
    """Those of the tokens that are still of an archive."""
    rows = tx.execute(_AMONG, {"wanted": list(tokens)})
    return {str(token) for (token,) in rows}


def posts_of(tx: Connection, account_id: int, after: int, limit: int) -> list[Post]:
    """What somebody published, the oldest first, after a place."""
    return many(
        tx,
        Post,
        _POSTS.limit(literal_limit(limit)),
        {"author": account_id, "after": after},
    )


def boosts_of(tx: Connection, account_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """(id, the post's identifier) of what somebody boosted, the oldest first."""
    rows = tx.execute(_BOOSTS.limit(literal_limit(limit)), {"author": account_id, "after": after})
    return [(int(number), str(uri)) for number, uri in rows]


_AMONG = select(Archive.token).where(Archive.token.in_(bindparam("wanted", expanding=True)))
_POSTS = (
    select(Post)
    .where(
        Post.author_id == bindparam("author"),
        Post.state == "published",
        Post.sort_id > bindparam("after"),
    )
    .order_by(Post.sort_id)
)
_BOOSTS = (
    select(Boost.id, Post.uri)
    .join(Post, Post.id == Boost.post_id)
    .where(
        Boost.actor_id == bindparam("author"),
        Boost.delivery.is_(False),
        Boost.id > bindparam("after"),
    )
    .order_by(Boost.id)
)
