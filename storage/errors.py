"""One root for everything this package raises, and how driver errors become ours.

Nobody outside ``storage`` sees an exception of SQLAlchemy or of a driver.
"""

from __future__ import annotations

import sqlite3
from typing import ClassVar

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StorageError(Exception):
    """The database did not do what was asked; nothing of the transaction is stored.

    ``code`` is stable and machine-readable, ``safe`` may be shown to anybody, ``detail`` belongs
    in the log only (it never holds bound values). ``status`` hints at the HTTP answer.
    """

    code: ClassVar[str] = "storage_error"
    status: ClassVar[int] = 500

    def __init__(self, safe: str, *, detail: str = "") -> None:
        super().__init__(safe if not detail else f"{safe} ({detail})")
        self.safe = safe
        self.detail = detail


class StorageBusyError(StorageError):
    """Somebody else holds the database, or serialisation failed too often. Worth a new try."""

    code = "storage_busy"
    status = 503


class StorageFullError(StorageError):
    """No room left on the disk (or the configured size was reached)."""

    code = "storage_full"
    status = 507


class StorageClosedError(StorageError):
    """The store was closed before this call."""

    code = "storage_closed"
    status = 503


class ConflictError(StorageError):
    """A unique, foreign key, check or not-null constraint refused the row."""

    code = "conflict"
    status = 409


class BadValueError(StorageError):
    """A value no column can hold: NUL or a lone surrogate in a text, an integer beyond 64 bits."""

    code = "bad_value"
    status = 400


class SchemaError(StorageError):
    """The schema in the database is not the one this code was written for."""

    code = "schema_mismatch"
    status = 503


class DatabaseUrlError(StorageError):
    """The database URL cannot be used; ``safe`` says why and what would be right."""

    code = "bad_database_url"


UNBINDABLE = (UnicodeEncodeError, OverflowError)
"""What drivers raise, unwrapped, for a text or integer that they cannot bind."""

DRIVER_ERRORS = (SQLAlchemyError, sqlite3.Error, OSError, *UNBINDABLE)
"""Everything ``translate`` should see."""

_BUSY_STATES = frozenset({"40001", "40P01", "55P03", "53300"})


def sqlstate(error: BaseException) -> str:
    """The five-character SQLSTATE PostgreSQL gave, or an empty text."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state if isinstance(state, str) else ""


def sqlite_code(error: BaseException) -> int:
    """The primary SQLite result code behind the error, or 0."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else 0


def translate(error: BaseException) -> StorageError:
    """Turn what SQLAlchemy or a driver raised into ours, which says whose fault it is."""
    detail = _describe(error)
    state, code = sqlstate(error), sqlite_code(error)
    if isinstance(error, UNBINDABLE) or state.startswith("22"):
        # Drivers quote the value after a colon.
        return BadValueError("A value cannot be stored.", detail=":".join(detail.split(":")[:2]))
    if isinstance(error, IntegrityError) or state.startswith("23"):
        return ConflictError("This is in conflict with what is stored already.", detail=detail)
    if code == sqlite3.SQLITE_FULL or state == "53100":
        return StorageFullError("The server has no room left to store this.", detail=detail)
    if (
        code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        or state in _BUSY_STATES
        or isinstance(error, PoolTimeoutError)
    ):
        return StorageBusyError("The database is busy; try again.", detail=detail)
    return StorageError("The database failed.", detail=detail)


def _describe(error: BaseException) -> str:
    """Kind and driver text. Not SQLAlchemy's own text: that quotes the statement's values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, UnicodeEncodeError):
        return f"{type(cause).__name__}: {cause.reason}"
    if isinstance(cause, SQLAlchemyError) and not isinstance(cause, PoolTimeoutError):
        return type(cause).__name__
    return f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}"
