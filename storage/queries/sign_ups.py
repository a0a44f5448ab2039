"""People who wait for an account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from storage.dialect import limit as literal_limit
from storage.models import SignUp
from storage.queries.rows import add, find, many


def add_sign_up(tx: Connection, /, **values: Any) -> None:
    """Insert one."""
    add(tx, SignUp, **values)


def sign_up_of(tx: Connection, username: str) -> SignUp | None:
    """Who waits under this name."""
    return find(tx, SignUp, username=username)


def sign_up_with(tx: Connection, token_hash: str) -> SignUp | None:
    """Who waits with this token."""
    return find(tx, SignUp, token_hash=token_hash)


def waiting(tx: Connection, limit: int) -> list[SignUp]:
    """Who waits, the longest first."""
    return many(tx, SignUp, _WAITING.limit(literal_limit(limit)))


def count(tx: Connection) -> int:
    """How many wait."""
    return int(tx.execute(_COUNT).scalar_one())


def drop(tx: Connection, sign_up_id: int) -> None:
    """Nobody waits here any more."""
    tx.execute(_DROP, {"id": sign_up_id})


def forget(tx: Connection, before: int) -> None:
    """Drop who waited in vain since then."""
    tx.execute(_FORGET, {"before": before})


_WAITING = select(SignUp).where(SignUp.created_at > 0).order_by(SignUp.created_at)
_COUNT = select(func.count()).select_from(SignUp).where(SignUp.created_at > 0)
_DROP = delete(SignUp).where(SignUp.id == bindparam("id"))
_FORGET = delete(SignUp).where(SignUp.created_at < bindparam("before"))
