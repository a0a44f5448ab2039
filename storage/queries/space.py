"""Giving the room of deleted rows back to the disk."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

INCREMENTAL: Final = 2
"""What SQLite calls ``auto_vacuum=INCREMENTAL``."""


def give_back(tx: Connection, pages: int, keep: int) -> int:
    """Take up to ``pages`` empty pages off the end of a SQLite file; how many.

    ``keep`` of them stay, for the rows to come. 0 on PostgreSQL, which does this by itself, and for
    a file that was made without ``auto_vacuum``.
    """
    if tx.dialect.name != "sqlite":
        return 0
    if _number(tx, "auto_vacuum") != INCREMENTAL:
        return 0
    count = max(0, min(pages, _number(tx, "freelist_count") - keep))
    # One at a time: a PRAGMA that gives rows of no columns is left after its first step.
    cursor = tx.connection.cursor()
    for _ in range(count):
        cursor.execute("PRAGMA incremental_vacuum(1)")
    cursor.close()
    return count


def _number(tx: Connection, pragma: str) -> int:
    return int(tx.exec_driver_sql(f"PRAGMA {pragma}").scalar_one())
