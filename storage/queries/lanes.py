"""Which deliveries are next: a walk over the lanes, one per server (see ``deliveries``)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Text, TextClause, bindparam, text

from storage.dialect import join_by_ids_text, skip_locked_text

WINDOW: Final = 64
"""How many of a lane's oldest deliveries one claim looks at."""


def ready(
    tx: Connection,
    now: int,
    limit: int,
    servers: int,
    per_host_limit: int,
    busy: Collection[str],
    after: str,
    only_well: bool = False,
) -> list[Any]:
    """Up to ``limit`` due deliveries of ``servers`` servers behind ``after``, with their bodies.

    The columns are those of ``deliveries.DeliveryRow``, but for the lease. ``only_well`` leaves out
    servers whose last delivery failed. Rows come by server, oldest first, and are locked where the
    engine locks rows.
    """
    if tx.execute(_ANY_DUE, {"now": now}).first() is None:
        return []
    statement = _ready_statement(tx.dialect.name, int(limit), int(servers), int(per_host_limit))
    values = {"now": now, "after": after, "busy": list(busy), "ill": 0 if only_well else 2**31 - 1}
    return list(tx.execute(statement, values))


def probing(found: Sequence[Any]) -> Iterator[Any]:
    """Of these rows all for a server that is well, and for another one the least tried."""
    for _, lane in groupby(found, key=lambda row: row.host):
        rows = list(lane)
        if not rows[0].host_failures:
            yield from rows
            continue
        first: dict[str, Any] = {}
        for row in rows:
            first.setdefault(row.about, row)
        yield min(first.values(), key=lambda row: row.attempts)


_ANY_DUE = text("SELECT 1 FROM deliveries WHERE state = 'pending' AND next_at <= :now LIMIT 1")
"""An idle server asks this often: it should not walk to find nothing."""


@lru_cache(maxsize=512)
def _ready_statement(dialect: str, limit: int, servers: int, per_host_limit: int) -> TextClause:
    """The lanes are found by jumping from host to host in the index, never by reading their rows.

    So neither a dead server's backlog nor the deliveries long done cost anything.
    """
    window = f"""
        (SELECT o.id, o.next_at, o.lease_until FROM deliveries o
         WHERE o.host = lane.host AND o.state = 'pending' ORDER BY o.id LIMIT {WINDOW}) AS w"""  # noqa: S608
    due = f"""
        SELECT w.id FROM {window}
        WHERE w.next_at <= :now ORDER BY w.id LIMIT {per_host_limit}"""  # noqa: S608
    about = "coalesce({a}.object_uri, {a}.actor_id || ' ' || {d}.inbox)"
    mine, theirs = about.format(a="a", d="d"), about.format(a="ea", d="e")
    # Only integers and our own clauses are written into the text.
    return text(
        f"""
        WITH RECURSIVE walk(host) AS (
            SELECT min(host) FROM deliveries WHERE host > :after
            UNION ALL
            SELECT (SELECT min(n.host) FROM deliveries n WHERE n.host > walk.host)
            FROM walk WHERE walk.host IS NOT NULL
        ),
        lane(host, failures) AS (
            SELECT lane.host, coalesce(h.failures, 0)
            FROM walk AS lane LEFT JOIN hosts h ON h.host = lane.host
            WHERE lane.host IS NOT NULL AND lane.host NOT IN :busy
              AND (h.next_try_at IS NULL OR h.next_try_at <= :now)
              AND coalesce(h.failures, 0) <= :ill
              AND EXISTS (SELECT 1 FROM {window} WHERE w.next_at <= :now)
              AND NOT EXISTS (SELECT 1 FROM {window} WHERE w.lease_until > :now)
            LIMIT {servers}
        )
        SELECT d.id, d.activity_id, d.signer_id, d.inbox, d.host, d.attempts + 1 AS attempts,
               d.first_at, lane.failures AS host_failures, a.kind, a.uri, {mine} AS about,
               CASE WHEN d.plain THEN coalesce(a.plain_body, a.body) ELSE a.body END AS body
        FROM lane
        {join_by_ids_text(dialect, "deliveries", "d", due)}
        JOIN activities a ON a.id = d.activity_id
        WHERE NOT EXISTS (
            SELECT 1 FROM deliveries e JOIN activities ea ON ea.id = e.activity_id
            WHERE e.host = d.host AND e.state = 'pending' AND e.id < d.id AND e.next_at > :now
              AND {theirs} = {mine})
        ORDER BY d.host, d.id LIMIT {limit}{skip_locked_text(dialect, "d")}
        """  # noqa: S608
    ).bindparams(bindparam("busy", expanding=True, type_=Text))
