"""SQLite: one writer thread with group commit, and a few threads that read.

Writes of concurrent callers share one transaction and so one fsync. Each runs inside a savepoint
of its own, so a failing one does not hurt its neighbours, and nobody gets an answer before the
COMMIT has returned. ``synchronous=FULL``: an acknowledged write survives ``kill -9`` *and* a loss
of power; shared by a batch, the fsync costs little.

A function that reads runs whole in the thread of an aiosqlite connection: one hop there and back,
where awaiting every statement costs about four hops each, most of what a small query takes.

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
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import aiosqlite
import orjson
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

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
ALONE_SECONDS: Final = 0.05
"""How long a function that reads has the only turn. Two at once take more than twice as long:
SQLite lets go of the interpreter at every row. So only what is slow has others beside it."""
_CONNECT: Final[Mapping[str, Any]] = {
    "isolation_level": None,
    "timeout": BUSY_SECONDS,
    "cached_statements": 512,
}
AUTO_VACUUM: Final = "PRAGMA auto_vacuum=INCREMENTAL"
"""Said before the first table is made; later only a ``VACUUM`` makes it true."""
_WRITER: Final = (
    AUTO_VACUUM,
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA journal_size_limit=67108864",
)
_READER: Final = ("PRAGMA query_only=ON", "PRAGMA cache_size=-16384")


_opened = threading.local()


@cache
def _engine() -> Engine:
    """One for all threads and files, so that every statement is compiled once.

    What it "connects" is the connection that the thread asking has opened.
    """
    return create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _opened.connection,
        poolclass=NullPool,
        query_cache_size=2000,
        json_serializer=dump_json,
        json_deserializer=orjson.loads,
    )


def _speaking_to(raw: sqlite3.Connection) -> Connection:
    """SQLAlchemy's side of a connection; closing it closes ``raw``."""
    _opened.connection = raw
    try:
        return _engine().connect()
    finally:
        del _opened.connection


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


class _Reader:
    """A connection that reads, in a thread of its own."""

    __slots__ = ("_aio", "_raw", "_tx")

    def __init__(self, aio: aiosqlite.Connection) -> None:
        # Any: there is no public way to have more than one statement done in one hop.
        self._aio: Any = aio
        self._raw: sqlite3.Connection = self._aio._conn
        self._tx: Connection | None = None

    @classmethod
    async def open(cls, path: Path) -> _Reader:
        """Connect. Raises what the driver raises."""
        reader = cls(await aiosqlite.connect(str(path), **_CONNECT))

        def prepare() -> None:
            for pragma in _READER:
                reader._raw.execute(pragma)
            reader._tx = _speaking_to(reader._raw)
            reader._tx.rollback()

        try:
            await reader._aio._execute(prepare)
        except BaseException:  # a cancellation too: then the thread has prepared it by itself
            await reader.close()
            raise
        return reader

    async def run(self, fn: Callable[[Connection], T]) -> T:
        """Call ``fn`` with one snapshot for all its statements."""

        def snapshot() -> T:
            assert self._tx is not None
            self._raw.execute("BEGIN")
            try:
                with self._tx.begin():
                    return fn(self._tx)
            finally:
                if self._raw.in_transaction:
                    self._raw.rollback()

        result: T = await self._aio._execute(snapshot)
        return result

    async def close(self) -> None:
        """After what is running."""

        def finish() -> None:
            if self._tx is not None:
                self._tx.close()

        await self._aio._execute(finish)
        await self._aio.close()


class SqliteStore:
    """``storage.engine.Store`` on one SQLite file."""

    def __init__(self, url: str, path: Path, *, create: bool = False) -> None:
        self._url = url
        self._queue: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._closed = False
        ensure_file(path, create=create)
        self._path = path
        self._readers: asyncio.LifoQueue[_Reader | None] = asyncio.LifoQueue()
        for _ in range(READERS):
            self._readers.put_nowait(None)
        self._turn = asyncio.Semaphore(1)
        try:
            self._raw = sqlite3.connect(str(path), check_same_thread=False, **_CONNECT)
            for pragma in _WRITER:
                self._raw.execute(pragma)
            self._tx = _speaking_to(self._raw)
        except DRIVER_ERRORS as error:
            raise translate(error) from error
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
        await self._turn.acquire()
        has_turn = True

        def pass_on() -> None:
            nonlocal has_turn
            if has_turn:
                has_turn = False
                self._turn.release()

        timer = asyncio.get_running_loop().call_later(ALONE_SECONDS, pass_on)
        try:
            return await self._read(fn)
        finally:
            timer.cancel()
            pass_on()

    async def _read(self, fn: Callable[[Connection], T]) -> T:
        reader = await self._readers.get()
        try:
            if reader is None:
                reader = await _Reader.open(self._path)
            return await reader.run(fn)
        except DRIVER_ERRORS as error:
            raise translate(error) from error
        finally:
            # Also after a cancellation: what it still runs comes before what it is given next.
            self._readers.put_nowait(reader)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StorageClosedError("The store is closed.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Entry(fn, future))
        return await future

    async def close(self) -> None:
        if self._closed:
            await asyncio.to_thread(self._thread.join)
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        for _ in range(READERS):
            reader = await self._readers.get()
            if reader is not None:
                await reader.close()

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
