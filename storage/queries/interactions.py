"""What others did with posts: likes, boosts and replies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    union_all,
    update,
)

from storage.dialect import insert_or_ignore, one_of
from storage.dialect import limit as literal_limit
from storage.models import Account, Boost, Like, Post
from storage.queries.audiences import EVERYBODYS, VIEWER, readable
from storage.queries.rows import find, many


def boosts_by(tx: Connection, actor_id: int, limit: int) -> list[Boost]:
    """Announces by an actor, in whatever order; the carrying ones of a co-author left out."""
    mine = select(Boost).where(Boost.actor_id == actor_id, Boost.delivery.is_(False))
    return many(tx, Boost, mine.limit(literal_limit(limit)))


def forget_likes(tx: Connection, actor_id: int) -> None:
    """Take back all Likes of an actor."""
    tx.execute(delete(Like).where(Like.actor_id == actor_id))


def counts(tx: Connection, post_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(likes, boosts) of posts; the carrying Announces of co-authors are not boosts."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    found = dict.fromkeys(wanted, (0, 0))
    for post_id, likes, boosts in tx.execute(_COUNTS, {"wanted": wanted}):
        before = found[post_id]
        found[post_id] = (before[0] + likes, before[1] + boosts)
    return found


def reply_counts(tx: Connection, uris: Iterable[str]) -> dict[str, int]:
    """Published public and unlisted replies per object id, without those that are kept out."""
    wanted = sorted(set(uris))
    if not wanted:
        return {}
    rows = tx.execute(_REPLIES, {"wanted": wanted})
    return {str(uri): int(n) for uri, n in rows}


def replies_to(tx: Connection, uri: str, limit: int, *, after: int | None = None) -> list[Post]:
    """Published public and unlisted replies to an object, oldest first; ``after`` a sort id.

    Without those that are kept out, as in all that follows what answers a post.
    """
    statement = (
        select(Post)
        .where(
            Post.in_reply_to_uri == uri,
            Post.state == "published",
            Post.visibility.in_(EVERYBODYS),
            Post.kept_out_at.is_(None),
        )
        .order_by(Post.sort_id)
        .limit(literal_limit(limit))
    )
    return many(tx, Post, statement if after is None else statement.where(Post.sort_id > after))


def replies_to_any(
    tx: Connection, uris: Iterable[str], limit: int, viewer_id: int | None = None
) -> list[Post]:
    """Published replies to any of these objects that the viewer may read, oldest first."""
    wanted = sorted(set(uris))
    if not wanted:
        return []
    window, values = literal_limit(limit), {"wanted": wanted}
    if viewer_id is None:
        return many(tx, Post, _REPLIES_TO_ANY.limit(window), values)
    return many(tx, Post, _SEEN_REPLIES.limit(window), {**values, VIEWER: viewer_id})


def add_boost(tx: Connection, /, **values: Any) -> bool:
    """Insert an Announce; False when this actor has announced this post before."""
    return bool(insert_or_ignore(tx, Boost, values))


def boost_by_uri(tx: Connection, uri: str) -> Boost | None:
    """An Announce by its id."""
    return find(tx, Boost, uri=uri)


def boost_between(tx: Connection, actor_id: int, post_id: int) -> Boost | None:
    """The Announce of a post by an actor."""
    return find(tx, Boost, actor_id=actor_id, post_id=post_id)


def boosts_of(tx: Connection, post_id: int) -> list[Boost]:
    """All Announces of a post."""
    return many(tx, Boost, select(Boost).where(Boost.post_id == post_id).order_by(Boost.id))


def local_boosters(tx: Connection, post_id: int) -> list[int]:
    """Whoever here boosts a post."""
    return [int(row[0]) for row in tx.execute(_LOCAL_BOOSTERS, {"post": post_id})]


def set_boost_delivery(tx: Connection, boost_id: int, delivery: bool) -> None:
    """Whether an Announce only carries a co-tweet to its author's followers."""
    tx.execute(update(Boost).where(Boost.id == boost_id).values(delivery=delivery))


def boost_came_itself(tx: Connection, boost: Boost, uri: str, visibility: str) -> None:
    """An Announce that was only told of has come from its actor, with this identifier."""
    if boost_by_uri(tx, uri) is not None:
        uri = boost.uri
    tx.execute(
        update(Boost)
        .where(Boost.id == boost.id)
        .values(relayed_at=None, uri=uri, visibility=visibility)
    )


def remove_boost(tx: Connection, boost_id: int) -> None:
    """Take an Announce back."""
    tx.execute(delete(Boost).where(Boost.id == boost_id))


def add_like(tx: Connection, /, **values: Any) -> bool:
    """Insert a Like; False when this actor likes this post already."""
    return bool(insert_or_ignore(tx, Like, values))


def like_by_uri(tx: Connection, uri: str) -> Like | None:
    """A Like by its id."""
    return find(tx, Like, uri=uri)


def like_between(tx: Connection, actor_id: int, post_id: int) -> Like | None:
    """The Like of a post by an actor."""
    return find(tx, Like, actor_id=actor_id, post_id=post_id)


def remove_like(tx: Connection, actor_id: int, post_id: int) -> None:
    """Take a Like back."""
    tx.execute(delete(Like).where(Like.actor_id == actor_id, Like.post_id == post_id))


_COUNTS: CompoundSelect[int, int, int] = union_all(
    select(Like.post_id, func.count(), literal_column("0"))
    .where(one_of(Like.post_id, "wanted"))
    .group_by(Like.post_id),
    select(Boost.post_id, literal_column("0"), func.count())
    .where(one_of(Boost.post_id, "wanted"), Boost.delivery.is_(False))
    .group_by(Boost.post_id),
)
_REPLIES = (
    select(Post.in_reply_to_uri, func.count())
    .where(
        Post.in_reply_to_uri.in_(bindparam("wanted", expanding=True)),
        Post.state == "published",
        Post.visibility.in_(EVERYBODYS),
        Post.kept_out_at.is_(None),
    )
    .group_by(Post.in_reply_to_uri)
)
_ANSWERS = (
    select(Post)
    .where(
        Post.in_reply_to_uri.in_(bindparam("wanted", expanding=True)),
        Post.state == "published",
        Post.kept_out_at.is_(None),
    )
    .order_by(Post.sort_id)
)
_REPLIES_TO_ANY = _ANSWERS.where(Post.visibility.in_(EVERYBODYS))
_SEEN_REPLIES = _ANSWERS.where(readable())
_LOCAL_BOOSTERS = (
    select(Account.id)
    .join(Boost, Boost.actor_id == Account.id)
    .where(Boost.post_id == bindparam("post", type_=BigInteger), Boost.delivery.is_(False))
    .order_by(Account.id)
)
