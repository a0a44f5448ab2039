"""How much room what takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select, text

from storage.models import RemoteFile


@dataclass(frozen=True, slots=True)
class Sizes:
    """In octets. ``free``: of the whole, what new rows get first. ``tables``: with their indexes,
    the largest first; none where SQLite was built without ``dbstat``. ``copies``: files of others,
    how many and how large.
    """

    whole: int
    free: int
    tables: tuple[tuple[str, int], ...]
    copies: tuple[int, int]


def sizes(tx: Connection) -> Sizes:
    """Of the database. SQLite reads its whole file for it: seconds for each gigabyte."""
    number, octets = tx.execute(_COPIES).one()
    copies = int(number), int(octets)
    if tx.dialect.name != "sqlite":
        whole = int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        return Sizes(whole, 0, _tables(tx, _POSTGRESQL), copies)
    page, pages, free = (
        _pragma(tx, name) for name in ("page_size", "page_count", "freelist_count")
    )
    built_with = {str(row[0]) for row in tx.exec_driver_sql("PRAGMA compile_options")}
    tables = _tables(tx, _SQLITE) if "ENABLE_DBSTAT_VTAB" in built_with else ()
    return Sizes(page * pages, page * free, tables, copies)


def _tables(tx: Connection, statement: str) -> tuple[tuple[str, int], ...]:
    found = [(str(row[0]), int(row[1])) for row in tx.execute(text(statement))]
    return tuple(sorted(found, key=lambda table: (-table[1], table[0])))


def _pragma(tx: Connection, name: str) -> int:
    return int(tx.exec_driver_sql(f"PRAGMA {name}").scalar_one())


_COPIES: Final = select(func.count(), func.coalesce(func.sum(RemoteFile.size), 0)).select_from(
    RemoteFile
)
_SQLITE: Final = (
    "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat s "
    "LEFT JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY 1"
)
_POSTGRESQL: Final = (
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)
