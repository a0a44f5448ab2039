"""PostgreSQL through asyncpg: one serialisable transaction per write, run again when it must be.

Serialisable, because the use cases were written for SQLite's single writer: they read a row, decide
and write. Under a weaker level two processes could both accept a move that excludes the other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Final, TypeVar

import orjson
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.errors import (
    DRIVER_ERRORS,
    DatabaseUrlError,
    StorageClosedError,
    sqlstate,
    translate,
)
from storage.sqlite import dump_json

T = TypeVar("T")

ATTEMPTS: Final = 20
"""Times a write is tried before ``StorageBusyError``; about five seconds altogether."""
CONNECTIONS: Final = 10
_RUN_AGAIN: Final = frozenset({"40001", "40P01"})
"""serialization_failure and deadlock_detected: PostgreSQL undid everything and asks for a retry."""


class PostgresStore:
    """``storage.engine.Store`` on a PostgreSQL database."""

    def __init__(self, url: str, parsed: URL) -> None:
        self._url = url
        self._closed = False
        try:
            self._engine = create_async_engine(
                parsed.set(drivername="postgresql+asyncpg"),
                pool_size=CONNECTIONS,
                max_overflow=0,
                pool_timeout=10,
                connect_args={
                    "prepared_statement_cache_size": 500,
                    "timeout": 10,
                    # JIT compiles for 100 ms what runs in one.
                    "server_settings": {"jit": "off", "application_name": "fedi_cotweet"},
                },
                json_serializer=dump_json,
                json_deserializer=orjson.loads,
            )
        except ModuleNotFoundError as error:
            raise DatabaseUrlError(
                "PostgreSQL needs one more package: pip install 'fedi-cotweet[postgresql]'."
            ) from error
        self._writes = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._reads = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @property
    def url(self) -> str:
        return self._url

    @property
    def shared(self) -> bool:
        return True

    async def read(self, fn: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StorageClosedError("The store is closed.")
        for lost in (False, True):
            try:
                async with self._reads.connect() as connection:
                    return await connection.run_sync(fn)
            except DRIVER_ERRORS as error:
                if lost or not _connection_lost(error):
                    raise translate(error) from error
        raise AssertionError("unreachable")

    async def write(self, fn: Callable[[Connection], T]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            if self._closed:
                raise StorageClosedError("The store is closed.")
            committing = False
            try:
                async with self._writes.connect() as connection:
                    result = await connection.run_sync(fn)
                    committing = True
                    await connection.commit()
                    return result
            except DRIVER_ERRORS as error:
                # A connection lost during COMMIT leaves the outcome unknown: not for us to repeat.
                again = sqlstate(error) in _RUN_AGAIN or (
                    _connection_lost(error) and not committing
                )
                if not again or attempt == ATTEMPTS:
                    raise translate(error) from error
            await asyncio.sleep(random.uniform(0.5, 1.0) * min(0.002 * 2**attempt, 0.4))  # noqa: S311
        raise AssertionError("unreachable")

    async def close(self) -> None:
        self._closed = True
        await self._engine.dispose()


def _connection_lost(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated
