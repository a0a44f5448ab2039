"""Hashtags of public posts."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import Connection, Select, bindparam, delete, func, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import Post, PostTag
from storage.queries.rows import many


def set_tags(tx: Connection, post_id: int, sort_id: int, tags: Collection[str]) -> None:
    """List a post under these tags and no others."""
    tx.execute(_REMOVE, {"post": post_id})
    add_tags(tx, post_id, sort_id, tags)


def add_tags(tx: Connection, post_id: int, sort_id: int, tags: Collection[str]) -> None:
    """List a post under these tags too."""
    rows = [{"tag": tag, "post_id": post_id, "sort_id": sort_id} for tag in tags]
    if rows:
        insert_or_ignore(tx, PostTag, rows)


def page(tx: Connection, tag: str, before: int | None, limit: int) -> list[Post]:
    """The newest public posts with a hashtag."""
    return many(tx, Post, _page(limit, before is not None), {"tag": tag, "before": before})


def used_by(
    tx: Connection, actor_id: int, wanted: Collection[str]
) -> dict[str, tuple[int, int | None]]:
    """How many public posts of somebody have each hashtag, and when the last was published."""
    if not wanted:
        return {}
    rows = tx.execute(_USED, {"actor": actor_id, "wanted": sorted(set(wanted))})
    return {str(tag): (int(number), last) for tag, number, last in rows}


@lru_cache(maxsize=64)
def _page(count: int, older: bool) -> Select[Post]:
    statement = (
        select(Post)
        .join(PostTag, PostTag.post_id == Post.id)
        .where(
            PostTag.tag == bindparam("tag"),
            Post.state == "published",
            Post.visibility == "public",
        )
        .order_by(PostTag.sort_id.desc())
        .limit(literal_limit(count))
    )
    return statement.where(PostTag.sort_id < bindparam("before")) if older else statement


_USED = (
    select(PostTag.tag, func.count(), func.max(Post.published_at))
    .join(Post, Post.id == PostTag.post_id)
    .where(
        Post.author_id == bindparam("actor"),
        Post.state == "published",
        Post.visibility == "public",
        PostTag.tag.in_(bindparam("wanted", expanding=True)),
    )
    .group_by(PostTag.tag)
)
_REMOVE = delete(PostTag).where(PostTag.post_id == bindparam("post"))
