"""Changes of co-tweets that are published: proposed, out for consent, decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage.models import Change
from storage.queries.rows import add, change, find, many, one


def change_by_id(tx: Connection, change_id: int) -> Change | None:
    """A change by id of ours."""
    return find(tx, Change, id=change_id)


def add_change(tx: Connection, /, **values: Any) -> None:
    """Insert a change."""
    add(tx, Change, **values)


def set_change(tx: Connection, change_id: int, /, **values: Any) -> None:
    """Update columns of a change."""
    change(tx, Change, change_id, **values)


def changes_of(tx: Connection, object_uri: str) -> list[Change]:
    """All changes of an object, newest first."""
    return many(tx, Change, _OF_OBJECT, {"object": object_uri})


def open_change(tx: Connection, object_uri: str) -> Change | None:
    """The change of an object that everybody is being asked about, if there is one."""
    return one(tx, Change, _IN_STATE, {"object": object_uri, "state": "offered"})


_OF_OBJECT = (
    select(Change).where(Change.object_uri == bindparam("object")).order_by(Change.id.desc())
)
_IN_STATE = _OF_OBJECT.where(Change.state == bindparam("state"))
