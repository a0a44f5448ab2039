"""Other versions of co-tweets: proposed, out for consent, decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import Change
from storage.queries.rows import change, find, many, one


def change_by_id(tx: Connection, change_id: int) -> Change | None:
    """A change by id of ours."""
    return find(tx, Change, id=change_id)


def change_by_uri(tx: Connection, uri: str) -> Change | None:
    """A change by the identifier of the activity that proposed it."""
    return find(tx, Change, uri=uri)


def add_change(tx: Connection, /, **values: Any) -> bool:
    """Insert a change; False when its identifier is known."""
    return bool(insert_or_ignore(tx, Change, values))


def set_change(tx: Connection, change_id: int, /, **values: Any) -> None:
    """Update columns of a change."""
    change(tx, Change, change_id, **values)


def changes_of(tx: Connection, object_uri: str) -> list[Change]:
    """All changes of an object, newest first."""
    return many(tx, Change, _OF_OBJECT, {"object": object_uri})


def open_change(tx: Connection, object_uri: str) -> Change | None:
    """The change of an object that everybody is being asked about, if there is one."""
    return one(tx, Change, _IN_STATE, {"object": object_uri, "state": "offered"})


def proposals_for(tx: Connection, object_uri: str, limit: int) -> list[Change]:
    """What was proposed for an object, newest first."""
    proposed = _OF_OBJECT.where(Change.uri.is_not(None)).limit(literal_limit(limit))
    return many(tx, Change, proposed, {"object": object_uri})


def proposed(tx: Connection, object_uri: str) -> list[Change]:
    """Proposals for an object that wait for an answer, newest first."""
    return many(tx, Change, _IN_STATE, {"object": object_uri, "state": "proposed"})


def count_proposed(tx: Connection, by_id: int, object_uri: str) -> int:
    """How many proposals of somebody for an object wait for an answer."""
    where = [Change.object_uri == object_uri, Change.state == "proposed", Change.by_id == by_id]
    return int(tx.execute(select(func.count(Change.id)).where(*where)).scalar_one())


def proposed_by(tx: Connection, by_id: int) -> list[str]:
    """The objects for which somebody's proposals wait for an answer."""
    where = [Change.by_id == by_id, Change.state == "proposed"]
    return [str(uri) for (uri,) in tx.execute(select(Change.object_uri).where(*where).distinct())]


def count_proposals_by(tx: Connection, by_id: int, since: int) -> int:
    """How many proposals somebody made since a moment."""
    where = [Change.by_id == by_id, Change.created_at >= since, Change.uri.is_not(None)]
    return int(tx.execute(select(func.count(Change.id)).where(*where)).scalar_one())


_OF_OBJECT = (
    select(Change).where(Change.object_uri == bindparam("object")).order_by(Change.id.desc())
)
_IN_STATE = _OF_OBJECT.where(Change.state == bindparam("state"))
