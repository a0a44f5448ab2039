"""Fixtures for tests that need a database: every such test runs on SQLite and on PostgreSQL.

A conftest imports what it needs from here. The schema is migrated once per run and copied.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrations
from storage.engine import Store, open_store
from tests.postgresql import cluster

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]

_numbers = itertools.count(1)


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
    yield from _postgresql_database(request.getfixturevalue("postgresql_server"), "template")


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
    name = f"test_{next(_numbers)}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield f"{server}/{name}"
    asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(server: str, statement: str) -> None:
    url = server.replace("postgresql:", "postgresql+asyncpg:") + "/postgres"
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement)
    finally:
        await engine.dispose()
