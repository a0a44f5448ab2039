"""Hashtags of public posts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, func, select

from storage.dialect import insert_or_ignore, limit
from storage.models import Post, PostTag

POSTS_LOOKED_AT = 100


def set_tags(tx: Connection, post_id: int, sort_id: int, tags: Collection[str]) -> None:
    """List a post under these tags and no others."""
    tx.execute(_REMOVE, {"post": post_id})
    add_tags(tx, post_id, sort_id, tags)


def add_tags(tx: Connection, post_id: int, sort_id: int, tags: Collection[str]) -> None:
    """List a post under these tags too."""
    rows = [{"tag": tag, "post_id": post_id, "sort_id": sort_id} for tag in tags]
    if rows:
        insert_or_ignore(tx, PostTag, rows)


def used_by(
    tx: Connection, actor_id: int, wanted: Collection[str]
) -> dict[str, tuple[int, int | None]]:
    """How many public posts of somebody have each hashtag, and when the last was published."""
    if not wanted:
        return {}
    rows = tx.execute(_USED, {"actor": actor_id, "wanted": sorted(set(wanted))})
    return {str(tag): (int(number), last) for tag, number, last in rows}


def favourites_of(tx: Connection, actor_id: int, most: int) -> list[str]:
    """The hashtags that stand most often in the last ``POSTS_LOOKED_AT`` public posts of somebody;
    of those as often, what was used last is first."""
    return [str(row[0]) for row in tx.execute(_FAVOURITES, {"actor": actor_id})][:most]


_LAST = (
    select(Post.id, Post.sort_id)
    .where(
        Post.author_id == bindparam("actor"),
        Post.state == "published",
        Post.visibility == "public",
    )
    .order_by(Post.sort_id.desc())
    .limit(limit(POSTS_LOOKED_AT))
    .subquery()
)
_FAVOURITES = (
    select(PostTag.tag)
    .join(_LAST, _LAST.c.id == PostTag.post_id)
    .group_by(PostTag.tag)
    .order_by(func.count().desc(), func.max(_LAST.c.sort_id).desc())
)
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
