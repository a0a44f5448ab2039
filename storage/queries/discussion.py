"""What the authors of a co-tweet say and propose to each other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import Change, DraftComment
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


def add_change(tx: Connection, /, **values: Any) -> bool:
    """Insert a proposed or offered version; False when its identifier is known."""
    return bool(insert_or_ignore(tx, Change, values))


def change_by_id(tx: Connection, change_id: int) -> Change | None:
    """A version by id of ours."""
    return find(tx, Change, id=change_id)


def change_by_uri(tx: Connection, uri: str) -> Change | None:
    """A version by the identifier of the activity that proposed it."""
    return find(tx, Change, uri=uri)


def set_change(tx: Connection, change_id: int, /, **values: Any) -> None:
    """Update columns of a version."""
    change(tx, Change, change_id, **values)


def proposals_for(tx: Connection, object_uri: str, limit: int) -> list[Change]:
    """What was proposed for an object, the newest first."""
    return many(
        tx,
        Change,
        select(Change)
        .where(Change.object_uri == object_uri, Change.uri.is_not(None))
        .order_by(Change.id.desc())
        .limit(literal_limit(limit)),
    )


def count_proposed(tx: Connection, by_id: int, object_uri: str) -> int:
    """How many proposals of somebody for an object wait for an answer."""
    where = [Change.object_uri == object_uri, Change.state == "proposed", Change.by_id == by_id]
    return int(tx.execute(select(func.count(Change.id)).where(*where)).scalar_one())


def count_proposals_by(tx: Connection, by_id: int, since: int) -> int:
    """How many proposals somebody made since a moment."""
    where = [Change.by_id == by_id, Change.created_at >= since, Change.uri.is_not(None)]
    return int(tx.execute(select(func.count(Change.id)).where(*where)).scalar_one())
