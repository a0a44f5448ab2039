"""Finding posts by words: FTS5 on SQLite, a tsvector on PostgreSQL, behind three functions.

The terms come ready made (``fedi_cotweet.domain.terms``): letters and digits, folded. What is
found is looked at once more as a post, so a row that was left behind by mistake shows nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text
from sqlalchemy.sql.elements import TextClause

from fedi_cotweet.domain.windows import Window
from storage.dialect import limit as literal_limit
from storage.models import Post
from storage.queries.rows import among

_POSTGRESQL = "postgresql"

_PUT = {
    _POSTGRESQL: text(
        "INSERT INTO post_search (post_id, terms) VALUES (:post, array_to_tsvector(:terms)) "
        "ON CONFLICT (post_id) DO UPDATE SET terms = excluded.terms"
    ).bindparams(bindparam("terms", type_=ARRAY(Text))),
    "sqlite": text("INSERT OR REPLACE INTO post_search (rowid, terms) VALUES (:post, :terms)"),
}
_REMOVE = {
    _POSTGRESQL: text("DELETE FROM post_search WHERE post_id = :post"),
    "sqlite": text("DELETE FROM post_search WHERE rowid = :post"),
}


def put(tx: Connection, post_id: int, terms: Sequence[str]) -> None:
    """Let a post be found by these terms and no others."""
    sqlite = tx.dialect.name == "sqlite"
    tx.execute(
        _PUT[tx.dialect.name], {"post": post_id, "terms": " ".join(terms) if sqlite else terms}
    )


def remove(tx: Connection, post_id: int) -> None:
    """Let a post not be found."""
    tx.execute(_REMOVE[tx.dialect.name], {"post": post_id})


def remove_many(tx: Connection, post_ids: Collection[int]) -> None:
    """Let posts not be found."""
    tx.execute(_REMOVE[tx.dialect.name], [{"post": post_id} for post_id in post_ids])


def find(
    tx: Connection,
    terms: Sequence[tuple[str, bool]],
    viewer_id: int | None,
    window: Window,
) -> list[Post]:
    """Public posts that have all terms (those marked True also as the beginning of longer ones),
    by their ids here.

    Only posts all of whose shown authors let them be found, and the viewer's own.
    """
    if not terms:
        return []
    sqlite = tx.dialect.name == "sqlite"
    values: dict[str, Any] = {
        "terms": _fts5(terms) if sqlite else _tsquery(terms),
        "viewer": viewer_id or 0,
        "before": 2**63 - 1 if window.before is None else window.before,
        "bottom": window.bottom or 0,
    }
    statement = _find(tx.dialect.name, window.limit, window.upwards)
    found = [int(row[0]) for row in tx.execute(statement, values)]
    held = {post.id: post for post in among(tx, Post, "id", found)}
    return [held[post_id] for post_id in found]


def _fts5(terms: Sequence[tuple[str, bool]]) -> str:
    # Letters and digits only; the quotes keep AND, OR and NOT from being operators.
    return " AND ".join(f'"{term}"*' if longer else f'"{term}"' for term, longer in terms)


def _tsquery(terms: Sequence[tuple[str, bool]]) -> str:
    return " & ".join(f"'{term}':*" if longer else f"'{term}'" for term, longer in terms)


@lru_cache(maxsize=64)
def _find(dialect: str, count: int, upwards: bool) -> TextClause:
    key, matches = (
        ("rowid", "post_search MATCH :terms")
        if dialect == "sqlite"
        else ("post_id", "s.terms @@ CAST(:terms AS tsquery)")
    )
    return text(
        f"SELECT s.{key} FROM post_search s "  # noqa: S608 - only names of ours are put in
        f"CROSS JOIN posts p "
        f"WHERE {matches} AND s.{key} < :before AND s.{key} > :bottom AND p.id = s.{key} "
        "AND p.state = 'published' AND p.visibility = 'public' "
        "AND (EXISTS (SELECT 1 FROM actors a WHERE a.id = p.author_id AND a.indexable) "
        "OR p.author_id = :viewer) "
        "AND NOT EXISTS (SELECT 1 FROM post_authors c JOIN actors b ON b.id = c.actor_id "
        "WHERE c.post_id = p.id AND c.state = 'verified' AND NOT b.indexable "
        "AND p.author_id <> :viewer AND c.actor_id <> :viewer) "
        f"ORDER BY s.{key} {'ASC' if upwards else 'DESC'} LIMIT {literal_limit(count)}"
    ).bindparams(*(bindparam(name, type_=BigInteger) for name in ("viewer", "before", "bottom")))
