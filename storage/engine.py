"""Opening a store: two functions, ``read`` and ``write``, the same on SQLite and PostgreSQL.

Everything else in this package is written against ``Tx``, a synchronous SQLAlchemy connection
inside a transaction; which engine runs it is known here, in ``sqlite``, ``postgresql`` and
``dialect`` only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import DatabaseUrlError

Tx = Connection
"""A connection inside a transaction. Never commit, roll back or close it yourself."""

T = TypeVar("T")


class Store(Protocol):
    """A database. One instance belongs to one event loop.

    ``fn`` is synchronous, gets the transaction and returns plain data (never a result that still
    reads from the connection). **It may run more than once** (a serialisation failure, a batch
    that has to be run again), so it must do nothing but talk to ``tx``.

    An exception out of ``fn`` undoes all of ``fn`` and reaches the caller. What the database
    itself refuses arrives as a ``StorageError``.
    """

    @property
    def url(self) -> str:
        """The URL the store was opened with. May hold a password: never log it."""

    @property
    def shared(self) -> bool:
        """Whether other processes may be working on the same database."""

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` on one consistent snapshot. Writing fails."""

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Run ``fn`` in a transaction; returns only after it is on the disk.

        Transactions are serialisable: a row read in ``fn`` cannot change before its commit. A
        cancelled caller may find its transaction done or not done, never half done.
        """

    async def close(self) -> None:
        """Finish what was begun, then release everything. Later calls raise."""


def open_store(url: str, *, create: bool = False) -> Store:
    """Open ``sqlite:///relative/path``, ``sqlite:////absolute/path`` or ``postgresql://...``.

    With ``create`` a missing SQLite file is made (mode 0600: it will hold private keys); without,
    that is an error. Tables come from ``storage.migrations.upgrade``.

    Raises ``DatabaseUrlError`` when the URL is none of these, ``StorageError`` when the file
    cannot be opened.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        from storage.sqlite import SqliteStore

        return SqliteStore(url, Path(parsed.database or ""), create=create)
    from storage.postgresql import PostgresStore

    return PostgresStore(url, parsed)


def parse_url(url: str) -> URL:
    """Read a user's database URL. The driver part of the result is not set yet.

    Raises ``DatabaseUrlError``.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Nothing of the text is repeated: it may hold a password.
        raise DatabaseUrlError(
            "The database URL cannot be read. Write sqlite:///path/to/file or postgresql://host/name."
        ) from None
    backend = parsed.drivername.partition("+")[0]
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.query:
            raise DatabaseUrlError("SQLite needs a file and nothing else: sqlite:///path/to/file.")
        return parsed.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        query = dict(parsed.query)
        if "sslmode" in query:  # libpq's name; asyncpg calls the same thing ssl
            query["ssl"] = query.pop("sslmode")
        return parsed.set(drivername="postgresql", query=query)
    raise DatabaseUrlError(f"The database {backend!r} is not supported: use sqlite or postgresql.")
