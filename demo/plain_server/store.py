"""The SQLite file of the plain server. Every public method of ``Store`` is one transaction.

All statements run on one thread of their own, so the event loop never waits for the disk, and a
commit has reached the disk (``synchronous=FULL``) when the caller goes on.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (name TEXT PRIMARY KEY, private_key TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS actor (
  id TEXT PRIMARY KEY, handle TEXT NOT NULL, url TEXT NOT NULL, inbox TEXT NOT NULL,
  key_id TEXT NOT NULL UNIQUE, public_key TEXT NOT NULL, fetched_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS follow (
  person TEXT NOT NULL, actor TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
  accepted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (person, actor)
) STRICT;
CREATE INDEX IF NOT EXISTS follow_actor ON follow (actor, accepted);
CREATE TABLE IF NOT EXISTS note (
  id TEXT PRIMARY KEY, author TEXT NOT NULL, url TEXT NOT NULL, content TEXT NOT NULL,
  visibility TEXT NOT NULL, published_at INTEGER NOT NULL, updated_at INTEGER,
  arrival INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS note_author ON note (author);
CREATE TABLE IF NOT EXISTS boost (
  id TEXT PRIMARY KEY, actor TEXT NOT NULL, note TEXT NOT NULL, arrival INTEGER NOT NULL,
  UNIQUE (actor, note)
) STRICT;
CREATE INDEX IF NOT EXISTS boost_note ON boost (note);
CREATE TABLE IF NOT EXISTS tombstone (
  id TEXT NOT NULL, author TEXT NOT NULL, PRIMARY KEY (id, author)
) STRICT;
CREATE TABLE IF NOT EXISTS delivery (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT, signer TEXT NOT NULL, personal TEXT,
  body BLOB NOT NULL, received_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL, outcome TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due_at) WHERE outcome IS NULL;
"""
"""``arrival`` numbers deliveries in the order in which they came; a note or boost has its own's.
``delivery.personal`` is whose own inbox it came to, NULL for the shared one; ``outcome`` is NULL
until it was processed. ``tombstone`` holds ids that their author deleted or undid."""


class Store:
    """The open file, made if it is not there. ``close`` it."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._connection = self._thread.submit(_open, path).result()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """``work`` in one transaction: committed when this returns, undone when it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._connection)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return result

    def close(self) -> None:
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(SCHEMA)
    return connection
