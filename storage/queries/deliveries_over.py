"""Deliveries that are over. The newest about an object to an inbox says whom it went to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import BigInteger, Connection, bindparam, delete, text
from sqlalchemy.sql.elements import TextClause

from storage.dialect import limit as literal_limit
from storage.dialect import one_of
from storage.models import Delivery


@dataclass(frozen=True, slots=True)
class Over:
    """A delivery that was made long ago. ``free``: it is over, and nobody asks for it any more."""

    id: int
    free: bool


def look(tx: Connection, after: int, until: int, count: int) -> list[Over]:
    """The next ``count`` deliveries by id, between the two."""
    rows = tx.execute(_look(count), {"after": after, "until": until})
    return [Over(int(row[0]), bool(row[1])) for row in rows]


def remove(tx: Connection, ids: Collection[int]) -> None:
    """Drop deliveries that are over."""
    if ids:
        tx.execute(_REMOVE, {"gone": list(ids)})


_REMOVE: Final = delete(Delivery).where(one_of(Delivery.id, "gone"), Delivery.state != "pending")


@cache
def _look(count: int) -> TextClause:
    return text(
        "SELECT d.id, CASE WHEN d.state <> 'pending' AND (a.object_uri IS NULL OR EXISTS ("  # noqa: S608 - a number
        "SELECT 1 FROM activities b JOIN deliveries e "
        "ON e.activity_id = b.id AND e.inbox = d.inbox "
        "WHERE b.object_uri = a.object_uri AND e.id > d.id)) THEN 1 ELSE 0 END "
        "FROM (SELECT id, state, activity_id, inbox FROM deliveries "
        f"WHERE id > :after AND id < :until ORDER BY id LIMIT {literal_limit(count)}) d "
        "JOIN activities a ON a.id = d.activity_id ORDER BY d.id"
    ).bindparams(*(bindparam(name, type_=BigInteger) for name in ("after", "until")))
