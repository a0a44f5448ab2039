"""Fixtures for tests that need a database: every such test runs on SQLite and on PostgreSQL.

A conftest imports what it needs from here. The schema is migrated once per run and copied; on
PostgreSQL, where a copy costs half a second, a database is emptied after a test and used again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Connection, text

from storage import migrations
from storage.engine import Store, open_store
from tests.postgresql import cluster

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]

_numbers = itertools.count(1)
_spare: dict[str, list[tuple[str, str]]] = {}
"""By server: (name, schema) of databases as the template, which no test uses just now."""

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


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A running server with a migrated database ``template``; a URL without database name."""
    with cluster() as server:
        asyncio.run(_execute(server, "CREATE DATABASE template"))
        asyncio.run(migrations.upgrade(f"{server}/template"))
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(migrations.upgrade(f"sqlite:///{path}"))
    return path


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
    yield from _postgresql_database(request.getfixturevalue("postgresql_server"), "template1")


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the current schema and no row."""
    if engine_name == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    spare = _spare.setdefault(server, [])
    name, schema = spare.pop() if spare else asyncio.run(_new(server))
    yield f"{server}/{name}"
    if asyncio.run(_emptied(server, name, schema)):
        spare.append((name, schema))
    else:
        asyncio.run(_drop(server, name))


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


def _postgresql_database(server: str, template: str) -> Iterator[str]:
    name = asyncio.run(_copy(server, template))
    yield f"{server}/{name}"
    asyncio.run(_drop(server, name))


async def _copy(server: str, template: str) -> str:
    name = f"test_{next(_numbers)}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


async def _drop(server: str, name: str) -> None:
    await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _new(server: str) -> tuple[str, str]:
    name = await _copy(server, "template")
    async with _connection(f"{server}/{name}") as connection:
        return name, await connection.fetchval(_SCHEMA)


async def _emptied(server: str, name: str, schema: str) -> bool:
    """Take all rows out of a database; False when a test changed its schema."""
    async with _connection(f"{server}/{name}") as connection:
        await connection.execute(_OTHERS)
        if await connection.fetchval(_SCHEMA) != schema:
            return False
        await connection.execute(_EMPTY)
    return True


async def _execute(server: str, statement: str) -> None:
    async with _connection(f"{server}/postgres") as connection:
        await connection.execute(statement)


@contextlib.asynccontextmanager
async def _connection(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
