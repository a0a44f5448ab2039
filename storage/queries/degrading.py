"""What the end of co-tweets on a server has to deal with."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, or_, select

from storage.dialect import limit as literal_limit
from storage.models import Change, Offer, Post, PostAuthor, Stamp
from storage.queries.rows import among, many

_OWN = (
    Post.local.is_(True),
    Post.co_authored.is_(True),
    Post.state == "published",
    # Where everybody left and nobody is asked, its author is the only one already.
    or_(
        exists().where(PostAuthor.post_id == Post.id, PostAuthor.state != "revoked"),
        exists().where(Change.object_uri == Post.uri, Change.state == "offered"),
    ),
)


def own_cotweets(tx: Connection, limit: int) -> list[Post]:
    """Published co-tweets whose primary author lives here."""
    return many(tx, Post, select(Post).where(*_OWN).order_by(Post.id).limit(literal_limit(limit)))


def count_own(tx: Connection) -> int:
    """How many of them there are."""
    return int(tx.execute(select(func.count(Post.id)).where(*_OWN)).scalar_one())


_OTHERS = (
    Offer.side == "received",
    Offer.state == "published",
    Stamp.offer_uri == Offer.uri,
    Stamp.deleted_at.is_(None),
    Post.uri == Stamp.object_uri,
    Post.local.is_(False),
    Post.state == "published",
)


def co_authorships(tx: Connection, limit: int) -> list[tuple[Stamp, Post]]:
    """Live stamps of people here for published posts of other servers, with the post."""
    if limit <= 0:
        return []
    found = tx.execute(
        select(Stamp.id, Post.id).where(*_OTHERS).order_by(Stamp.id).limit(literal_limit(limit))
    ).all()
    stamps = {row.id: row for row in among(tx, Stamp, "id", [a for a, _ in found])}
    posts = {row.id: row for row in among(tx, Post, "id", [b for _, b in found])}
    return [(stamps[stamp_id], posts[post_id]) for stamp_id, post_id in found]


def count_others(tx: Connection) -> int:
    """How many of them there are."""
    return int(tx.execute(select(func.count(Stamp.id)).where(*_OTHERS)).scalar_one())
