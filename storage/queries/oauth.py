"""Apps, authorization codes and access tokens, by the hashes of their secrets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, update

from storage.models import AccessToken, Application, AuthorizationCode
from storage.queries.rows import add, find


def add_application(tx: Connection, /, **values: Any) -> None:
    """Insert an app."""
    add(tx, Application, **values)


def add_token(tx: Connection, /, **values: Any) -> None:
    """Insert an access token."""
    add(tx, AccessToken, **values)


def token(tx: Connection, token_hash: str) -> AccessToken | None:
    """An access token, over or not."""
    return find(tx, AccessToken, token_hash=token_hash)


def note_use(tx: Connection, token_id: int, now: int) -> None:
    """Write down that a token was used."""
    tx.execute(_USED, {"token": token_id, "now": now})


def revoke_tokens_of(tx: Connection, account_id: int, now: int) -> None:
    """End everything that may act for somebody."""
    tx.execute(_REVOKE_ALL, {"account": account_id, "now": now})


def forget_codes_of(tx: Connection, account_id: int) -> None:
    """Drop the authorization codes that somebody gave."""
    tx.execute(_FORGET_CODES, {"account": account_id})


_FORGET_CODES = delete(AuthorizationCode).where(
    AuthorizationCode.account_id == bindparam("account")
)
_USED = (
    update(AccessToken).where(AccessToken.id == bindparam("token")).values(used_at=bindparam("now"))
)
_REVOKE_ALL = (
    update(AccessToken)
    .where(AccessToken.account_id == bindparam("account"), AccessToken.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)
