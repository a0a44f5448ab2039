"""Reading rows as instances of the models: plain, detached records with typed attributes."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Connection, Select, insert, update

from storage.models.base import Base

M = TypeVar("M", bound=Base)


def one(tx: Connection, model: type[M], statement: Select[Any]) -> M | None:
    """The first row of a ``select(model)``, or None."""
    row = tx.execute(statement).first()
    return None if row is None else model(**row._mapping)


def many(tx: Connection, model: type[M], statement: Select[Any]) -> list[M]:
    """All rows of a ``select(model)``."""
    return [model(**row._mapping) for row in tx.execute(statement)]


def add(tx: Connection, model: type[M], **values: Any) -> None:
    """Insert one row."""
    tx.execute(insert(model).values(**values))


def change(tx: Connection, model: type[M], key: int, **values: Any) -> None:
    """Update the row whose ``id`` is ``key``."""
    tx.execute(update(model).where(model.__table__.c.id == key).values(**values))
