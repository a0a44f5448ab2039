"""Fails when a statement reads all of a table that grows.

    with explained(store.url):
        await store.read(...)

or the fixture ``every_query_has_an_index``, which does so for all that a test executes.
Every different statement is given to SQLite's EXPLAIN QUERY PLAN, without statistics, as in a young
database. On PostgreSQL nothing is explained: it plans by the size of the tables, and test tables
are small.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from storage.engine import parse_url
from storage.models import Base

SMALL = frozenset(
    {
        "settings",
        "accounts",
        "alembic_version",
        "announcements",
        "custom_emoji",
        "relay_subscriptions",
        "server_rules",
        "server_texts",
    }
)
"""Tables that a single server never has many rows in."""

_READING = re.compile(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b", re.IGNORECASE)
_SCAN = re.compile(r"SCAN (?:TABLE )?(\w+)")


class FullScanError(AssertionError):
    """A statement reads a whole table. The text holds the statement and its plan."""


def growing_tables() -> frozenset[str]:
    """All tables of the models that have no small bound."""
    return frozenset(Base.metadata.tables) - SMALL


def full_scans(plan: Iterable[str], statement: str, tables: Iterable[str]) -> list[str]:
    """Lines of the plan that walk over one of the tables from end to end."""
    names = {table: table for table in tables}
    for table in list(names):
        for alias in re.findall(rf'\b{table}"?\s+(?:AS\s+)?"?(\w+)', statement, re.IGNORECASE):
            names.setdefault(alias, table)
    found = []
    for line in plan:
        match = _SCAN.match(line)
        if match and match.group(1) in names:
            found.append(line)
    return found


def check(path: str, statements: Iterable[tuple[str, Any]]) -> None:
    """Explain the statements against the database file. Raises ``FullScanError``."""
    problems = []
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement, values in statements:
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plan = [str(row[3]) for row in rows]
            if full_scans(plan, statement, growing_tables()):
                problems.append("\n  ".join([statement.strip(), *plan]))
    if problems:
        raise FullScanError("reads a whole table:\n" + "\n\n".join(problems))


@contextlib.contextmanager
def explained(url: str) -> Iterator[None]:
    """Explain everything executed inside the block; does nothing for PostgreSQL."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        yield
        return
    seen: dict[str, Any] = {}

    def note(
        _conn: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool
    ) -> None:
        if _READING.match(statement):
            seen.setdefault(statement, values[0] if many and isinstance(values, list) else values)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    check(parsed.database or "", seen.items())


@pytest.fixture
def every_query_has_an_index(database_url: str) -> Iterator[None]:
    """Fails the test when one of its statements reads all of a table that grows."""
    with explained(database_url):
        yield
