"""What the authors of a co-tweet say to each other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import DraftComment
from storage.queries.rows import change, find, many


def add_comment(tx: Connection, /, **values: Any) -> bool:
    """Insert a comment; False when its identifier is known."""
    return bool(insert_or_ignore(tx, DraftComment, values))


def comment(tx: Connection, comment_id: int) -> DraftComment | None:
    """A comment by id of ours, deleted or not."""
    return find(tx, DraftComment, id=comment_id)


def comment_by_uri(tx: Connection, uri: str) -> DraftComment | None:
    """A comment by its identifier, deleted or not."""
    return find(tx, DraftComment, uri=uri)


def change_comment(tx: Connection, comment_id: int, /, **values: Any) -> None:
    """Update columns of a comment."""
    change(tx, DraftComment, comment_id, **values)


def comments_on(tx: Connection, object_uri: str, limit: int) -> list[DraftComment]:
    """The comments on a draft that are not deleted, oldest first."""
    return many(
        tx,
        DraftComment,
        select(DraftComment)
        .where(DraftComment.object_uri == object_uri, DraftComment.deleted_at.is_(None))
        .order_by(DraftComment.id)
        .limit(literal_limit(limit)),
    )


def count_comments_on(tx: Connection, object_uri: str) -> int:
    """How many comments a draft ever had."""
    where = DraftComment.object_uri == object_uri
    return int(tx.execute(select(func.count(DraftComment.id)).where(where)).scalar_one())


def count_comments_by(tx: Connection, actor_id: int, since: int) -> int:
    """How many comments somebody wrote since a moment."""
    where = [DraftComment.actor_id == actor_id, DraftComment.created_at >= since]
    return int(tx.execute(select(func.count(DraftComment.id)).where(*where)).scalar_one())
