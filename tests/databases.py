"""Fixtures for tests that need a database: every such test runs on SQLite and on PostgreSQL.

A plugin, loaded once by ``tests/conftest.py``: imported by several, each would have a cluster. The
schema is migrated once per run and copied; on PostgreSQL, where a copy costs half a second, a
database is emptied after a test and used again, over a connection that stays open: a new one would
first read the catalogue of a hundred tables.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from sqlalchemy import Connection, text

from storage import migrations
from storage.engine import Store, open_store
from tests import migrated
from tests.postgresql import cluster

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]

T = TypeVar("T")

_numbers = itertools.count(1)

_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SCHEMA = """
SELECT (SELECT string_agg(version_num, ',') FROM alembic_version) || ':' ||
       string_agg(c.relname || '.' || a.attname, ',' ORDER BY c.relname, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace
"""
"""The revision, and the columns of all tables and indexes."""

# Without triggers, so without foreign keys: in whatever order.
_EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$
"""


@dataclass
class Database:
    """One of a server's, as its template when it was made. ``schema`` says what it consisted of."""

    name: str
    schema: str
    connection: Any


@dataclass
class Server:
    """A running PostgreSQL with a migrated database ``template``. ``url`` has no database name.

    ``spare``: databases as the template, which no test uses just now.
    """

    url: str
    _runner: asyncio.Runner
    _spare: list[Database] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for work in the loop that the connections live in."""
        return self._runner.run(work)

    @contextlib.contextmanager
    def bare(self) -> Iterator[str]:
        """The URL of a database without any table."""
        name = self.run(self._copy("template1"))
        yield f"{self.url}/{name}"
        self.run(self._drop(name))

    @contextlib.contextmanager
    def migrated(self) -> Iterator[str]:
        """The URL of a database with the current schema and no row."""
        database = self._spare.pop() if self._spare else self.run(self._new())
        yield f"{self.url}/{database.name}"
        if self.run(self._emptied(database)):
            self._spare.append(database)
        else:
            self.run(database.connection.close())
            self.run(self._drop(database.name))

    async def make_template(self) -> None:
        """Once, before any test."""
        await self._execute("CREATE DATABASE template")
        await migrations.upgrade(f"{self.url}/template")

    async def close(self) -> None:
        """End the connections that stayed open."""
        for database in self._spare:
            await database.connection.close()

    async def _new(self) -> Database:
        name = await self._copy("template")
        connection = await asyncpg.connect(f"{self.url}/{name}")
        return Database(name, await connection.fetchval(_SCHEMA), connection)

    async def _emptied(self, database: Database) -> bool:
        """Take all rows out; False when a test changed the schema."""
        await database.connection.execute(_OTHERS)
        if await database.connection.fetchval(_SCHEMA) != database.schema:
            return False
        await database.connection.execute(_EMPTY)
        return True

    async def _copy(self, template: str) -> str:
        name = f"test_{next(_numbers)}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def _drop(self, name: str) -> None:
        await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(f"{self.url}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL of this run's own."""
    with cluster() as url, asyncio.Runner() as runner:
        server = Server(url, runner)
        server.run(server.make_template())
        yield server
        server.run(server.close())


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``."""
    name: str = request.param
    return name


@pytest.fixture
def empty_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table (on SQLite: without a file)."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.bare() as url:
        yield url


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the current schema and no row."""
    if engine_name == "sqlite":
        path = tmp_path / "test.db"
        migrated.put(path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.migrated() as url:
        yield url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store with the current schema and no row."""
    opened = open_store(database_url)
    try:
        yield opened
    finally:
        await opened.close()


async def one_value(store: Store, sql: str, **values: Any) -> Any:
    """The first value a statement gives, for tests that look behind the queries."""

    def run(tx: Connection) -> Any:
        return tx.execute(text(sql), values).scalar()

    return await store.read(run)
