"""Posts as they are stored, and the tombstones of those that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Connection,
    func,
    select,
)

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import Post, PostAuthor, Tombstone
from storage.queries.audiences import EVERYBODYS
from storage.queries.profiles import shown_on
from storage.queries.rows import add, among, change, find, many


def post(tx: Connection, post_id: int) -> Post | None:
    """A post by id of ours, in any state."""
    return find(tx, Post, id=post_id)


def post_by_uri(tx: Connection, uri: str) -> Post | None:
    """A post by its identifier, in any state."""
    return find(tx, Post, uri=uri)


def add_post(tx: Connection, /, **values: Any) -> None:
    """Insert a post."""
    add(tx, Post, **values)


def change_post(tx: Connection, post_id: int, /, **values: Any) -> None:
    """Update columns of a post."""
    change(tx, Post, post_id, **values)


def published_by(tx: Connection, author_id: int, limit: int) -> list[Post]:
    """Published posts of a primary author, in whatever order."""
    return many(
        tx,
        Post,
        select(Post)
        .where(Post.author_id == author_id, Post.state == "published")
        .limit(literal_limit(limit)),
    )


def count_profile_posts(tx: Connection, actor_id: int, shown_since: int) -> int:
    """How many posts stand on an actor's profile."""
    own = tx.execute(
        select(func.count())
        .select_from(Post)
        .where(
            Post.author_id == actor_id,
            Post.state == "published",
            Post.visibility.in_(EVERYBODYS),
            shown_on(actor_id),
        )
    ).scalar_one()
    joint = tx.execute(
        select(func.count())
        .select_from(PostAuthor)
        .join(Post, Post.id == PostAuthor.post_id)
        .where(
            PostAuthor.actor_id == actor_id,
            PostAuthor.state == "verified",
            PostAuthor.fetched_at > shown_since,
            Post.state == "published",
            Post.visibility.in_(EVERYBODYS),
            shown_on(actor_id),
        )
    ).scalar_one()
    return int(own) + int(joint)


def count_local_posts(tx: Connection) -> int:
    """Published posts by people of this server that are for everybody."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(Post)
            .where(
                Post.local.is_(True),
                Post.state == "published",
                Post.visibility.in_(EVERYBODYS),
            )
        ).scalar_one()
    )


def drafts_of(tx: Connection, author_id: int) -> list[Post]:
    """An author's co-tweets that are not published."""
    return many(
        tx,
        Post,
        select(Post)
        .where(Post.author_id == author_id, Post.state == "draft")
        .order_by(Post.sort_id.desc()),
    )


def due_drafts(tx: Connection, now: int, limit: int) -> list[Post]:
    """Drafts whose time has come, those that waited longest first."""
    return many(
        tx,
        Post,
        select(Post)
        .where(Post.state == "draft", Post.scheduled_at <= now)
        .order_by(Post.scheduled_at)
        .limit(literal_limit(limit)),
    )


def bury(tx: Connection, uri: str, owner_uri: str, now: int) -> bool:
    """Remember that an id was deleted by ``owner_uri``; False when that was known."""
    return bool(
        insert_or_ignore(tx, Tombstone, {"uri": uri, "owner_uri": owner_uri, "deleted_at": now})
    )


def buried(tx: Connection, uri: str, owner_uri: str) -> Tombstone | None:
    """The tombstone of an id, if this actor deleted it."""
    return find(tx, Tombstone, uri=uri, owner_uri=owner_uri)


def posts_by_uri(tx: Connection, uris: Iterable[str]) -> dict[str, Post]:
    """Posts by identifier, in any state; unknown ones are missing."""
    wanted = sorted(set(uris))
    if not wanted:
        return {}
    return {p.uri: p for p in among(tx, Post, "uri", wanted)}


def posts_by_id(tx: Connection, post_ids: Iterable[int]) -> dict[int, Post]:
    """Posts by id of ours."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    return {p.id: p for p in among(tx, Post, "id", wanted)}
