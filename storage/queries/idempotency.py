"""What was made with an ``Idempotency-Key``, so that a repeat makes nothing."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from storage.dialect import upsert
from storage.models import IdempotencyKey


def made(tx: Connection, account_id: int, key: str, since: int) -> int | None:
    """The post that was made with this key after ``since``, None for none."""
    return tx.execute(
        select(IdempotencyKey.post_id).where(
            IdempotencyKey.account_id == account_id,
            IdempotencyKey.key == key,
            IdempotencyKey.created_at > since,
        )
    ).scalar_one_or_none()


def remember(tx: Connection, account_id: int, key: str, post_id: int, now: int) -> None:
    """This key made that post."""
    row = {"account_id": account_id, "key": key, "post_id": post_id, "created_at": now}
    upsert(tx, IdempotencyKey, row, key=["account_id", "key"])


def forget(tx: Connection, before: int) -> None:
    """Drop keys that are too old to count."""
    tx.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at <= before))
