"""SQLite: one writer thread with group commit, and a small pool of readers.

Writes of concurrent callers share one transaction and so one fsync. Each runs inside a savepoint
of its own, so a failing one does not hurt its neighbours, and nobody gets an answer before the
COMMIT has returned. ``synchronous=FULL``: an acknowledged write survives ``kill -9`` *and* a loss
of power; shared by a batch, the fsync costs little.

Several processes may open the same file: every transaction begins with ``BEGIN IMMEDIATE``, since
a deferred one that reads first and writes later fails at once when another process wrote between.
"""

from __future__ import annotations

import asyncio
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

from storage.errors import DRIVER_ERRORS, StorageClosedError, StorageError, translate

T = TypeVar("T")

BATCH: Final = 64
"""Most entries in one commit."""
BATCH_SECONDS: Final = 0.010
"""A batch that has run this long commits what it has: the first caller should not wait longer."""
BUSY_SECONDS: Final = 5
"""How long SQLite itself waits for another process's lock, per attempt."""
BUSY_ATTEMPTS: Final = 3
READERS: Final = 4


class _Entry:
    """A caller's function and the future that waits for it."""

    __slots__ = ("error", "fn", "future", "result")

    def __init__(self, fn: Callable[[Connection], Any], future: asyncio.Future[Any]) -> None:
        self.fn = fn
        self.future = future
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():  # the caller was cancelled
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class _BatchLostError(Exception):
    """The whole transaction is gone, as SQLite does by itself when the disk is full."""


class SqliteStore:
    """``storage.engine.Store`` on one SQLite file."""

    def __init__(self, url: str, path: Path, *, create: bool = False) -> None:
        self._url = url
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._closed = False
        ensure_file(path, create=create)
        self._write_engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(path)),
            poolclass=StaticPool,
            connect_args={
                "isolation_level": None,
                "check_same_thread": False,
                "timeout": BUSY_SECONDS,
                "cached_statements": 512,
            },
            json_serializer=dump_json,
            json_deserializer=orjson.loads,
        )
        event.listen(self._write_engine, "connect", _prepare_writer)
        self._read_engine = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(path)),
            pool_size=READERS,
            max_overflow=0,
            connect_args={
                "isolation_level": None,
                "timeout": BUSY_SECONDS,
                "cached_statements": 512,
            },
            json_serializer=dump_json,
            json_deserializer=orjson.loads,
        )
        event.listen(self._read_engine.sync_engine, "connect", _prepare_reader)
        try:
            self._tx = self._write_engine.connect()
        except DRIVER_ERRORS as error:
            self._write_engine.dispose()
            raise translate(error) from error
        raw = self._tx.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._raw = raw
        self._tx.rollback()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return self._url

    @property
    def shared(self) -> bool:
        return False

    async def read(self, fn: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StorageClosedError("The store is closed.")
        try:
            async with self._read_engine.connect() as connection:
                # One snapshot for all statements of fn.
                await connection.exec_driver_sql("BEGIN")
                return await connection.run_sync(fn)
        except DRIVER_ERRORS as error:
            raise translate(error) from error

    async def write(self, fn: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StorageClosedError("The store is closed.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Entry(fn, future))
        return await future

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        await self._read_engine.dispose()

    # --- the writer thread ---

    def _run(self) -> None:
        running = True
        while running:
            batch: list[_Entry] = []
            entry = self._queue.get()
            while entry is not None:
                batch.append(entry)
                if len(batch) == BATCH:
                    break
                try:
                    entry = self._queue.get_nowait()
                except queue.Empty:
                    break
            running = entry is not None
            while batch:
                try:
                    settled = self._commit_some(batch)
                except Exception as error:
                    # Whatever it is, nobody may wait for ever, and the thread must go on.
                    for entry in batch:
                        entry.error = _outward(error)
                    settled = len(batch)
                _answer(batch[:settled])
                del batch[:settled]
        self._tx.close()
        self._write_engine.dispose()

    def _commit_some(self, batch: Sequence[_Entry]) -> int:
        """Run and commit the first entries of the batch; say how many have their outcome now."""
        if batch[0].future.cancelled():
            return 1
        try:
            self._begin()
        except DRIVER_ERRORS as error:
            for entry in batch:
                entry.error = translate(error)
            return len(batch)
        deadline = time.monotonic() + BATCH_SECONDS
        tried = 0
        try:
            for entry in batch:
                tried += 1
                if not entry.future.cancelled():
                    self._attempt(entry)
                if time.monotonic() > deadline:
                    break
            self._tx.commit()
        except (_BatchLostError, SQLAlchemyError, sqlite3.Error) as error:
            self._abandon()
            if tried == 1:
                cause = error.__cause__ if isinstance(error, _BatchLostError) else error
                batch[0].error = _outward(cause or error)
                return 1
            # One of them spoilt it for all. Alone, each gets the answer that is its own.
            for entry in batch[:tried]:
                entry.error = entry.result = None
                self._commit_some([entry])
        return tried

    def _begin(self) -> None:
        for attempt in range(1, BUSY_ATTEMPTS + 1):
            try:
                self._raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or attempt == BUSY_ATTEMPTS:
                    raise
            else:
                break
        self._tx.begin()

    def _attempt(self, entry: _Entry) -> None:
        """Run one entry inside its savepoint."""
        self._raw.execute("SAVEPOINT entry")
        try:
            entry.result = entry.fn(self._tx)
        except BaseException as error:  # whatever it is, it belongs to the caller
            if not self._raw.in_transaction:
                raise _BatchLostError from error
            self._raw.execute("ROLLBACK TO entry")
            entry.error = _outward(error)
        if not self._raw.in_transaction:
            raise _BatchLostError from StorageError("The transaction was ended from inside.")
        self._raw.execute("RELEASE entry")

    def _abandon(self) -> None:
        """Leave no transaction behind, whatever state the failure left."""
        self._tx.rollback()
        if self._raw.in_transaction:
            self._raw.rollback()


def dump_json(value: object) -> str:
    """JSON for a JSON column."""
    return orjson.dumps(value).decode()


def _outward(error: BaseException) -> BaseException:
    if isinstance(error, DRIVER_ERRORS):
        translated = translate(error)
        translated.__cause__ = error
        return translated
    if isinstance(error, StopIteration):  # a future refuses to carry it
        return RuntimeError("the function given to write() raised StopIteration")
    return error


def _answer(entries: Sequence[_Entry]) -> None:
    """Wake the callers: one call into the loop for the whole batch."""

    def settle() -> None:
        for entry in entries:
            entry.settle()

    try:
        entries[0].future.get_loop().call_soon_threadsafe(settle)
    except RuntimeError:  # the loop is closed: nobody waits any more
        return


def ensure_file(path: Path, *, create: bool) -> None:
    """Make a missing database file, readable by its owner only. Raises ``StorageError``."""
    if path.exists():
        return
    if not create:
        raise StorageError("There is no database yet.", detail=str(path))
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StorageError("The database file cannot be made.", detail=str(error)) from error


def _prepare_writer(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.execute("PRAGMA journal_size_limit=67108864")
    cursor.close()


def _prepare_reader(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.execute("PRAGMA cache_size=-16384")
    cursor.close()
