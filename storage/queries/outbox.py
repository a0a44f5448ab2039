"""The outbox: domain events that became true and have not been acted on yet.

An event is written in the transaction that made it true and deleted in the transaction that wrote
what follows from it, so neither can be there without the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from storage.dialect import limit
from storage.models import OutboxEvent


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event to act on. ``attempts`` counts the failures so far."""

    id: int
    kind: str
    payload: dict[str, Any]
    created_at: int
    attempts: int


def add(
    tx: Connection,
    *,
    id: int,  # noqa: A002 - the column's name
    kind: str,
    payload: Mapping[str, Any],
    now: int,
) -> None:
    """Record an event; it is due at once."""
    values = {"id": id, "kind": kind, "payload": dict(payload), "created_at": now, "next_at": now}
    tx.execute(_ADD, values)


def due(tx: Connection, *, now: int, limit: int) -> list[EventRow]:
    """The oldest events whose time has come, in the order of their ids."""
    rows = tx.execute(_due(limit), {"now": now}).all()
    return [
        EventRow(row.id, row.kind, row.payload, row.created_at, row.attempts)
        for row in sorted(rows, key=lambda row: row.id)
    ]


def done(tx: Connection, event_id: int) -> bool:
    """Delete an event, in the transaction that acts on it; False: somebody else did already.

    Call it first and stop on False: two workers that saw the same event act once.
    """
    return tx.execute(_DONE, {"event": event_id}).rowcount == 1


def failed(tx: Connection, event_id: int, *, next_at: int, error: str) -> None:
    """Keep an event that could not be acted on until ``next_at``."""
    tx.execute(_FAILED, {"event": event_id, "at": next_at, "text": error})


@lru_cache(maxsize=64)
def _due(count: int) -> Select[Any]:
    return (
        select(
            OutboxEvent.id,
            OutboxEvent.kind,
            OutboxEvent.payload,
            OutboxEvent.created_at,
            OutboxEvent.attempts,
        )
        .where(OutboxEvent.next_at <= bindparam("now"))
        # The index's order, which for new events is that of their ids; ``due`` sorts the rest.
        .order_by(OutboxEvent.next_at, OutboxEvent.id)
        .limit(limit(count))
    )


_ADD = insert(OutboxEvent)
_DONE = delete(OutboxEvent).where(OutboxEvent.id == bindparam("event"))
_FAILED = (
    update(OutboxEvent)
    .where(OutboxEvent.id == bindparam("event"))
    .values(next_at=bindparam("at"), error=bindparam("text"), attempts=OutboxEvent.attempts + 1)
)
