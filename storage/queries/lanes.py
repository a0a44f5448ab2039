"""Which deliveries are next: a walk over the lanes, one per server (see ``deliveries``)."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
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
) -> list[Any]:
    """Up to ``limit`` due deliveries of ``servers`` servers behind ``after``, with their bodies.

    ``failures`` is that of the server. Rows come by server, oldest first, and are locked where the
    engine locks rows.
    """
    if tx.execute(_ANY_DUE, {"now": now}).first() is None:
        return []
    statement = _ready_statement(tx.dialect.name, int(limit), int(servers), int(per_host_limit))
    return list(tx.execute(statement, {"now": now, "after": after, "busy": list(busy)}))


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
              AND EXISTS (SELECT 1 FROM {window} WHERE w.next_at <= :now)
              AND NOT EXISTS (SELECT 1 FROM {window} WHERE w.lease_until > :now)
            LIMIT {servers}
        )
        SELECT d.id, d.activity_id, d.signer_id, d.inbox, d.host, d.attempts, d.first_at,
               lane.failures, a.kind, a.uri,
               CASE WHEN d.plain THEN coalesce(a.plain_body, a.body) ELSE a.body END AS body
        FROM lane
        {join_by_ids_text(dialect, "deliveries", "d", due)}
        JOIN activities a ON a.id = d.activity_id
        ORDER BY d.host, d.id LIMIT {limit}{skip_locked_text(dialect, "d")}
        """  # noqa: S608
    ).bindparams(bindparam("busy", expanding=True, type_=Text))
