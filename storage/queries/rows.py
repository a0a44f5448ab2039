"""Reading rows as instances of the models: plain, detached records with typed attributes.

Building a statement and finding it in SQLAlchemy's cache costs many times what running it does, so
here each is built once; statements that come in from outside should be built once too, with
``bindparam`` for what varies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Insert,
    Integer,
    Row,
    Select,
    Update,
    bindparam,
    insert,
    select,
    update,
)

from storage.dialect import one_of
from storage.models.base import Base

M = TypeVar("M", bound=Base)
Values = Mapping[str, Any] | None


def one(tx: Connection, model: type[M], statement: Select[Any], values: Values = None) -> M | None:
    """The first row of a ``select(model)``, or None. ``values`` are those of its parameters."""
    row = tx.execute(statement, values).first()
    return None if row is None else _record(model, row)


def many(tx: Connection, model: type[M], statement: Select[Any], values: Values = None) -> list[M]:
    """All rows of a ``select(model)``."""
    return [_record(model, row) for row in tx.execute(statement, values).all()]


def find(tx: Connection, model: type[M], /, **equal: Any) -> M | None:
    """A row whose columns have these values (never None: that is equal to nothing)."""
    return one(tx, model, _equal(model, tuple(equal)), equal)


def among(tx: Connection, model: type[M], column: str, wanted: Collection[Any]) -> list[M]:
    """All rows whose column has one of these values."""
    return many(tx, model, _among(model, column), {"wanted": list(wanted)}) if wanted else []


def add(tx: Connection, model: type[M], /, **values: Any) -> None:
    """Insert one row."""
    tx.execute(_adding(model), values)


def change(tx: Connection, model: type[M], key: int, /, **values: Any) -> None:
    """Update the row whose ``id`` is ``key``."""
    tx.execute(_changing(model), {"row_to_change": key, **values})


def _record(model: type[M], row: Row[Any]) -> M:
    record: M = _plain(model)()
    record.__dict__.update(zip(_names(model), row, strict=True))
    return record


@cache
def _plain(model: type[M]) -> type[M]:
    """What passes for the model, with nothing in it but what was read.

    Through the model's ``__init__``, SQLAlchemy would get ready to track changes, which takes
    longer than the query did, and its descriptors make each look at an attribute cost ten times
    one at a plain object's. Nobody changes what was read.
    """
    made: type[M] = type(model.__name__, (), {"__class__": property(lambda _: model)})
    return made


@cache
def _names(model: type[Base]) -> tuple[str, ...]:
    return tuple(select(model).selected_columns.keys())


@lru_cache(maxsize=256)
def _equal(model: type[Base], names: tuple[str, ...]) -> Select[Any]:
    return select(model).where(*(getattr(model, name) == bindparam(name) for name in names))


@lru_cache(maxsize=256)
def _among(model: type[Base], column: str) -> Select[Any]:
    wanted = getattr(model, column)
    if isinstance(wanted.type, Integer):
        return select(model).where(one_of(wanted, "wanted"))
    return select(model).where(wanted.in_(bindparam("wanted", expanding=True)))


@cache
def _adding(model: type[Base]) -> Insert:
    return insert(model)


@cache
def _changing(model: type[Base]) -> Update:
    return update(model).where(model.__table__.c.id == bindparam("row_to_change"))
