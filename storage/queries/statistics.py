"""What a post's statistics are counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from storage.dialect import insert_or_ignore, one_of
from storage.models import Follow, Post, PostViews


def add_views(tx: Connection, counts: Mapping[int, int]) -> None:
    """Posts were shown so many more times; what is not there any more is not counted."""
    rows = tx.execute(_THERE, {"wanted": sorted(counts)})
    for post_id in [int(row[0]) for row in rows]:
        insert_or_ignore(tx, PostViews, {"post_id": post_id, "views": 0})
        tx.execute(_MORE, {"post": post_id, "by": counts[post_id]})


def views(tx: Connection, post_id: int) -> int:
    """How often a post was shown here."""
    return int(tx.execute(_VIEWS, {"post": post_id}).scalar() or 0)


def followers_gained(
    tx: Connection,
    post_id: int,
    authors: Sequence[int],
    local: Sequence[int],
    *,
    since: int,
    until: int,
) -> int:
    """Who began to follow an author here in that time, having come through the post or followed
    another of its authors before. Each follow counts; the authors themselves do not."""
    values = {
        "post": post_id,
        "authors": sorted(authors),
        "local": sorted(local),
        "since": since,
        "until": until,
    }
    return int(tx.execute(_GAINED, values).scalar_one())


_THERE = select(Post.id).where(one_of(Post.id, "wanted"))
_MORE = (
    update(PostViews)
    .where(PostViews.post_id == bindparam("post"))
    .values(views=PostViews.views + bindparam("by"))
)
_VIEWS = select(PostViews.views).where(PostViews.post_id == bindparam("post"))
_BEFORE = aliased(Follow)
_GAINED = (
    select(func.count())
    .select_from(Follow)
    .where(
        one_of(Follow.followed_id, "local"),
        Follow.state == "accepted",
        Follow.created_at >= bindparam("since"),
        Follow.created_at < bindparam("until"),
        ~one_of(Follow.follower_id, "authors"),
        or_(
            Follow.through_post_id == bindparam("post"),
            exists().where(
                _BEFORE.follower_id == Follow.follower_id,
                one_of(_BEFORE.followed_id, "authors"),
                _BEFORE.followed_id != Follow.followed_id,
                _BEFORE.state == "accepted",
                _BEFORE.created_at < Follow.created_at,
            ),
        ),
    )
)
