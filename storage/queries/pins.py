"""Posts that people show first on their profiles."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import Pin, Post
from storage.queries.audiences import EVERYBODYS
from storage.queries.rows import many


def pin(tx: Connection, actor_id: int, post_id: int, now: int) -> bool:
    """Show a post first; False when it was already."""
    row = {"actor_id": actor_id, "post_id": post_id, "pinned_at": now}
    return bool(insert_or_ignore(tx, Pin, row))


def unpin(tx: Connection, actor_id: int, post_id: int) -> bool:
    """Show it in its place again; False when it was."""
    gone = tx.execute(delete(Pin).where(Pin.actor_id == actor_id, Pin.post_id == post_id))
    return gone.rowcount > 0


def count_pins(tx: Connection, actor_id: int) -> int:
    """How many of an actor's posts that everybody may see are pinned."""
    joined = select(func.count()).select_from(Pin).join(Post, Post.id == Pin.post_id)
    return int(tx.execute(joined.where(*_shown(actor_id))).scalar_one())


def pinned_posts(tx: Connection, actor_id: int, limit: int) -> list[Post]:
    """They, the last pinned first."""
    wanted = select(Post).join(Pin, Post.id == Pin.post_id).where(*_shown(actor_id))
    newest = wanted.order_by(Pin.pinned_at.desc(), Pin.post_id.desc())
    return many(tx, Post, newest.limit(literal_limit(limit)))


def pinned_before(tx: Connection, actor_id: int, at: int) -> list[tuple[int, str]]:
    """An actor's posts that were pinned no later than ``at``: (id, identifier)."""
    rows = tx.execute(
        select(Post.id, Post.uri)
        .join(Pin, Post.id == Pin.post_id)
        .where(Pin.actor_id == actor_id, Pin.pinned_at <= at)
    )
    return [(int(post_id), str(uri)) for post_id, uri in rows]


def _shown(actor_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Pin.actor_id == actor_id,
        Post.author_id == actor_id,
        Post.state == "published",
        Post.visibility.in_(EVERYBODYS),
    )
