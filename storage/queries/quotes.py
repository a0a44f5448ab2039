"""Quotes: what posts quote, and who asked to quote posts of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, select

from storage.dialect import insert_or_ignore, one_of, upsert
from storage.dialect import limit as literal_limit
from storage.models import Account, PostAuthor, Quote, QuoteRequest
from storage.queries.rows import change, find, many


def quotes_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, Quote]:
    """What these posts quote, by post."""
    wanted = sorted(set(post_ids))
    found = many(tx, Quote, _QUOTES, {"wanted": wanted}) if wanted else []
    return {row.post_id: row for row in found}


def quote(tx: Connection, post_id: int) -> Quote | None:
    """What a post quotes."""
    return find(tx, Quote, post_id=post_id)


def quote_by_request(tx: Connection, request_uri: str) -> Quote | None:
    """The quote of ours that a request is about."""
    return find(tx, Quote, request_uri=request_uri)


def with_stamp(tx: Connection, stamp_uri: str) -> list[Quote]:
    """Quotes that rest on a stamp."""
    return many(tx, Quote, select(Quote).where(Quote.stamp_uri == stamp_uri))


def set_quote(tx: Connection, post_id: int, /, **values: Any) -> None:
    """Insert or change what a post quotes; a new one needs ``quoted_uri`` and ``state``."""
    upsert(tx, Quote, {"post_id": post_id, **values}, key=["post_id"])


def remove_quote(tx: Connection, post_id: int) -> None:
    """A post quotes nothing any more."""
    tx.execute(delete(Quote).where(Quote.post_id == post_id))


def due(tx: Connection, now: int, limit: int) -> list[Quote]:
    """Quotes whose stamp is due for another look."""
    return many(
        tx,
        Quote,
        select(Quote)
        .where(Quote.next_check_at <= now)
        .order_by(Quote.next_check_at)
        .limit(literal_limit(limit)),
    )


def add_request(tx: Connection, /, **values: Any) -> bool:
    """Insert a request; False when it is known."""
    return bool(insert_or_ignore(tx, QuoteRequest, values))


def request(tx: Connection, request_id: int) -> QuoteRequest | None:
    """A request by id of ours."""
    return find(tx, QuoteRequest, id=request_id)


def request_by_uri(tx: Connection, uri: str) -> QuoteRequest | None:
    """A request by its identifier."""
    return find(tx, QuoteRequest, uri=uri)


def request_by_stamp(tx: Connection, stamp_uri: str) -> QuoteRequest | None:
    """The request that a stamp issued here answers."""
    return find(tx, QuoteRequest, stamp_uri=stamp_uri)


def requests_by(tx: Connection, quoting_uri: str) -> list[QuoteRequest]:
    """What was asked for one quoting post, oldest first."""
    return many(
        tx,
        QuoteRequest,
        select(QuoteRequest)
        .where(QuoteRequest.quoting_uri == quoting_uri)
        .order_by(QuoteRequest.id),
    )


def requests_between(tx: Connection, actor_id: int, owner_id: int) -> list[QuoteRequest]:
    """All that somebody quoted, or wants to quote, of a primary author here."""
    return many(
        tx,
        QuoteRequest,
        select(QuoteRequest).where(
            QuoteRequest.actor_id == actor_id, QuoteRequest.owner_id == owner_id
        ),
    )


def requests_to(tx: Connection, account_id: int, limit: int) -> list[QuoteRequest]:
    """Requests for posts that a person here wrote, alone or with others, newest first."""
    own = many(
        tx,
        QuoteRequest,
        select(QuoteRequest)
        .where(QuoteRequest.owner_id == account_id)
        .order_by(QuoteRequest.id.desc())
        .limit(literal_limit(limit)),
    )
    shared = many(
        tx,
        QuoteRequest,
        select(QuoteRequest)
        .join(PostAuthor, PostAuthor.post_id == QuoteRequest.quoted_id)
        .where(PostAuthor.actor_id == account_id, PostAuthor.state == "verified")
        .order_by(QuoteRequest.id.desc())
        .limit(literal_limit(limit)),
    )
    found = {row.id: row for row in (*own, *shared)}
    return [found[row_id] for row_id in sorted(found, reverse=True)][:limit]


def change_request(tx: Connection, request_id: int, /, **values: Any) -> None:
    """Update columns of a request."""
    change(tx, QuoteRequest, request_id, **values)


def set_default(tx: Connection, account_id: int, policy: str) -> None:
    """Who may quote what a person writes from now on."""
    change(tx, Account, account_id, quote_policy=policy)


_QUOTES = select(Quote).where(one_of(Quote.post_id, "wanted"))
