"""The schema's history, and moving a database along it.

Alembic runs from inside this package: no ``alembic.ini``, so it works the same in a checkout and
in an installed wheel. Make a revision with ``python -m storage.migrations.make``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import parse_url
from storage.errors import DRIVER_ERRORS, SchemaError, translate
from storage.sqlite import AUTO_VACUUM, ensure_file

_UPGRADE_LOCK = 0x00C0_71EE7
"""Key of the advisory lock under which PostgreSQL is upgraded, by one process at a time."""


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to ``revision``; makes a missing SQLite file. Nothing to do: does nothing.

    All steps are one transaction on both engines: a killed upgrade has not happened. Two processes
    that upgrade at once take turns.

    Raises ``SchemaError`` when the schema is newer than this code.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        ensure_file(Path(parsed.database or ""), create=True)

    def run(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        _refuse_newer(_revision_of(connection))
        command.upgrade(configuration(connection), revision)

    async with _connect(url, begin="BEGIN IMMEDIATE") as connection:
        await connection.run_sync(run)
        await connection.commit()


async def current(url: str) -> str | None:
    """The revision the database is at; None when it has no schema (or the file is missing)."""
    if _missing(url):
        return None
    async with _connect(url, begin="BEGIN") as connection:
        return await connection.run_sync(_revision_of)


def is_modelled(name: str | None, kind: str, _: Mapping[Any, str | None]) -> bool:
    """Whether a name in the database belongs to a model: the index of words has none, nor has what
    triggers write."""
    return kind != "table" or name is None or not name.startswith(("post_search", "changed"))


def head() -> str:
    """The revision this code was written for."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    assert newest is not None
    return newest


async def check(url: str) -> None:
    """Refuse a database this code must not touch.

    Raises ``SchemaError`` when its schema is newer, older or missing; the text says what to do.
    """
    found = await current(url)
    _refuse_newer(found)
    if found != head():
        raise SchemaError(
            "The database is not prepared for this version: run the upgrade first.",
            detail=f"schema {found}, code {head()}",
        )


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, with the scripts of this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _refuse_newer(found: str | None) -> None:
    if found is None:
        return
    try:
        ScriptDirectory.from_config(configuration()).get_revision(found)
    except CommandError:
        raise SchemaError(
            "The database was written by a newer version of this program. "
            "Install that version or a later one; nothing was changed.",
            detail=f"schema {found}, newest known {head()}",
        ) from None


def _revision_of(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _missing(url: str) -> bool:
    parsed = parse_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


@asynccontextmanager
async def _connect(url: str, *, begin: str) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction, rolled back unless committed; errors are ours."""
    parsed = parse_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    driver = "sqlite+aiosqlite" if sqlite else "postgresql+asyncpg"
    engine = create_async_engine(
        parsed.set(drivername=driver),
        poolclass=NullPool,
        # The driver must not begin transactions by itself: it would leave DDL outside of them.
        connect_args={"isolation_level": None, "timeout": 60} if sqlite else {"timeout": 10},
    )
    try:
        async with engine.connect() as connection:
            if sqlite:
                await connection.exec_driver_sql(AUTO_VACUUM)
                await connection.exec_driver_sql(begin)
            yield connection
    except DRIVER_ERRORS as error:
        raise translate(error) from error
    finally:
        await engine.dispose()
