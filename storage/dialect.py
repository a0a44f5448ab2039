"""What statements need that plain SQL does not say the same way on both engines.

SQLite and PostgreSQL share the shape of ``INSERT ... ON CONFLICT``; SQLAlchemy keeps it apart per
dialect. Statements are built once per shape and reused, which also makes SQLAlchemy's compiled
cache hit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Text,
    bindparam,
    inspect,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.models.base import Base

S = TypeVar("S", bound=Select[Any])


def insert_or_ignore(
    tx: Connection,
    model: type[Base],
    values: Mapping[str, Any] | Sequence[Mapping[str, Any]],
) -> int:
    """Insert the row or rows that break no unique constraint; say how many were new.

    All mappings of a sequence have the same keys. Column defaults apply.
    """
    if isinstance(values, Mapping):
        return tx.execute(_ignoring(tx.dialect.name, model, False), values).rowcount
    if not values:
        return 0
    rows = tx.execute(_ignoring(tx.dialect.name, model, True), list(values))
    return len(rows.all())


def upsert(
    tx: Connection,
    model: type[Base],
    values: Mapping[str, Any],
    *,
    key: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Insert a row, or change the one that has the same ``key`` columns.

    ``key`` names a primary key or unique constraint. ``update`` names the columns that a row
    already there takes over; without it, all of ``values`` but the key.
    """
    names = tuple(name for name in values if name not in key) if update is None else tuple(update)
    tx.execute(_upserting(tx.dialect.name, model, tuple(key), names), values)


def for_update_skip_locked(statement: S) -> S:
    """Lock the selected rows and pass over those another worker holds.

    SQLite says nothing for it and needs nothing: it has one writer.
    """
    return statement.with_for_update(skip_locked=True)


def skip_locked_text(dialect: str, alias: str) -> str:
    """``for_update_skip_locked`` for a statement written as text, locking the rows of ``alias``.

    ``dialect`` is ``tx.dialect.name``, here and below.
    """
    return f" FOR UPDATE OF {alias} SKIP LOCKED" if dialect == "postgresql" else ""


def join_by_ids_text(dialect: str, table: str, alias: str, ids: str) -> str:
    """Text of a join with the rows of ``table`` whose ids the subquery ``ids`` gives.

    ``ids`` may refer to what stands to the left. SQLite has no LATERAL and does not need it;
    PostgreSQL without it would try every row of the table against the subquery.
    """
    if dialect == "postgresql":
        picked = f"{alias}_ids"
        return (
            f"CROSS JOIN LATERAL ({ids}) AS {picked} "
            f"JOIN {table} {alias} ON {alias}.id = {picked}.id"
        )
    return f"JOIN {table} {alias} ON {alias}.id IN ({ids})"


def limit(count: int) -> ColumnElement[int]:
    """A LIMIT written into the statement.

    As a bound parameter it hides the size from PostgreSQL's generic plan, measured at a third of
    the speed. Use few different counts: each is a statement of its own.
    """
    return literal_column(str(int(count)))


def one_of(column: Any, ids: str) -> ColumnElement[bool]:
    """Whether an integer column is among the ids in the parameter of this name, a list.

    For any number of ids the same statement: SQLAlchemy's IN writes each list out, which takes
    longer than most queries, and PostgreSQL plans it anew for each length.
    """
    return _OneOf(column, bindparam(ids, type_=_Ids()))


def one_of_names(column: Any, names: str) -> ColumnElement[bool]:
    """The same of a column that is text."""
    return _OneOf(column, bindparam(names, type_=_Names()))


class _Several(TypeDecorator[Sequence[Any]]):
    impl = Text
    cache_ok = True
    each: type[TypeEngine[Any]]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.each) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        found = list(value or ())
        return found if dialect.name == "postgresql" else orjson.dumps(found).decode()


class _Ids(_Several):
    each = BigInteger
    cache_ok = True


class _Names(_Several):
    each = Text
    cache_ok = True


class _OneOf(FunctionElement[bool]):
    name = "one_of"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        return self  # not ``(...) = 1``, which no index serves


@compiles(_OneOf, "sqlite")
def _one_of_sqlite(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - compiled parts


@compiles(_OneOf, "postgresql")
def _one_of_postgresql(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({ids})"


def _insert(dialect: str, model: type[Base]) -> Any:
    table = inspect(model).local_table
    assert isinstance(table, Table)
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@lru_cache(maxsize=256)
def _ignoring(dialect: str, model: type[Base], counted: bool) -> Insert:
    statement: Insert = _insert(dialect, model).on_conflict_do_nothing()
    if counted:  # PostgreSQL has no row count for many rows; RETURNING has one row per new row
        return statement.returning(inspect(model).primary_key[0])
    return statement


@lru_cache(maxsize=256)
def _upserting(
    dialect: str, model: type[Base], key: tuple[str, ...], update: tuple[str, ...]
) -> Insert:
    statement = _insert(dialect, model)
    changes = {name: statement.excluded[name] for name in update}
    result: Insert = (
        statement.on_conflict_do_update(index_elements=key, set_=changes)
        if changes
        else statement.on_conflict_do_nothing(index_elements=key)
    )
    return result
