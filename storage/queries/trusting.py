"""Whose changes local people agree to in advance."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import TrustedAuthor
from storage.queries.rows import find, many


def trust(tx: Connection, account_id: int, actor_id: int, now: int) -> bool:
    """Trust an actor; False when they were."""
    row = {"account_id": account_id, "actor_id": actor_id, "created_at": now}
    return bool(insert_or_ignore(tx, TrustedAuthor, row))


def distrust(tx: Connection, account_id: int, actor_id: int) -> bool:
    """End it; False when they were not trusted."""
    gone = tx.execute(
        delete(TrustedAuthor).where(
            TrustedAuthor.account_id == account_id, TrustedAuthor.actor_id == actor_id
        )
    )
    return gone.rowcount > 0


def trusted(tx: Connection, account_id: int, actor_id: int) -> bool:
    """Whether an account trusts an actor."""
    return find(tx, TrustedAuthor, account_id=account_id, actor_id=actor_id) is not None


def of_account(tx: Connection, account_id: int, limit: int) -> list[TrustedAuthor]:
    """Whom an account trusts, newest first."""
    return many(
        tx,
        TrustedAuthor,
        select(TrustedAuthor)
        .where(TrustedAuthor.account_id == account_id)
        .order_by(TrustedAuthor.created_at.desc(), TrustedAuthor.actor_id)
        .limit(literal_limit(limit)),
    )
