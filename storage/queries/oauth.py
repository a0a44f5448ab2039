"""Apps, authorization codes and access tokens, by the hashes of their secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Select, Update, bindparam, delete, select, update

from storage.dialect import limit as literal_limit
from storage.models import AccessToken, Application, AuthorizationCode, PushSubscription
from storage.queries.rows import add, among, find, many


def add_application(tx: Connection, /, **values: Any) -> None:
    """Insert an app."""
    add(tx, Application, **values)


def application(tx: Connection, application_id: int) -> Application | None:
    """An app by its id of ours."""
    return find(tx, Application, id=application_id)


def application_of(tx: Connection, client_id: str) -> Application | None:
    """An app by the name it was given."""
    return find(tx, Application, client_id=client_id)


def keep_application(tx: Connection, application_id: int, until: int | None) -> None:
    """An app is in use: it stays until then, or for good (None)."""
    tx.execute(_KEEP, {"application": application_id, "until": until})


def add_code(tx: Connection, /, **values: Any) -> None:
    """Insert an authorization code."""
    add(tx, AuthorizationCode, **values)


def code(tx: Connection, code_hash: str) -> AuthorizationCode | None:
    """An authorization code, used and old ones too."""
    return find(tx, AuthorizationCode, code_hash=code_hash)


def use_code(tx: Connection, code_hash: str, now: int) -> bool:
    """Spend a code; False when it was spent."""
    return tx.execute(_USE_CODE, {"code": code_hash, "now": now}).rowcount == 1


def forget_codes_of(tx: Connection, account_id: int) -> None:
    """Drop the authorization codes that somebody gave."""
    tx.execute(_FORGET_CODES, {"account": account_id})


def add_token(tx: Connection, /, **values: Any) -> None:
    """Insert an access token."""
    add(tx, AccessToken, **values)


def token(tx: Connection, token_hash: str) -> AccessToken | None:
    """An access token, over or not."""
    return find(tx, AccessToken, token_hash=token_hash)


def tokens_of(tx: Connection, account_id: int) -> list[tuple[AccessToken, Application]]:
    """The tokens of somebody that were not revoked, each with its app, the newest first."""
    found = many(tx, AccessToken, _OF_ACCOUNT, {"account": account_id})
    apps = among(tx, Application, "id", {token.application_id for token in found})
    by_id = {app.id: app for app in apps}
    return [(token, by_id[token.application_id]) for token in found]


def revoke_app(tx: Connection, account_id: int, application_id: int, now: int) -> None:
    """End all tokens of one app for somebody, and the codes it has yet to show."""
    key = {"account": account_id, "application": application_id}
    _end(tx, _REVOKE_APP, key | {"now": now})
    tx.execute(_FORGET_APP_CODES, key)


def note_use(tx: Connection, token_id: int, now: int) -> None:
    """Write down that a token was used."""
    tx.execute(_USED, {"token": token_id, "now": now})


def revoke_token(tx: Connection, token_id: int, now: int) -> None:
    """End one token."""
    _end(tx, _REVOKE, {"token": token_id, "now": now})


def revoke_tokens_for(tx: Connection, code_hash: str, now: int) -> None:
    """End what was given for a code."""
    _end(tx, _REVOKE_FOR_CODE, {"code": code_hash, "now": now})


def revoke_tokens_of(tx: Connection, account_id: int, now: int) -> None:
    """End everything that may act for somebody."""
    _end(tx, _REVOKE_ALL, {"account": account_id, "now": now})


def drop_app_tokens(tx: Connection, application_id: int, kept: int) -> None:
    """Drop the tokens of an app for itself alone, but the newest."""
    older = _APP_TOKENS.limit(literal_limit(1)).offset(literal_limit(kept))
    last = tx.execute(older, {"application": application_id}).scalar()
    if last is not None:
        tx.execute(_DROP_APP_TOKENS, {"application": application_id, "last": last})


def forget(tx: Connection, now: int, over_since: int, limit: int) -> int:
    """Drop codes and tokens that were over at ``over_since``, and apps nobody used by ``now``;
    how many."""
    gone = 0
    for found, drop, before in _OLD:
        rows = tx.execute(found.limit(literal_limit(limit)), {"before": before(now, over_since)})
        keys = [row[0] for row in rows]
        if keys:
            tx.execute(drop, {"keys": keys})
        gone += len(keys)
    return gone


def _end(tx: Connection, ending: tuple[Update, Delete], values: Mapping[str, Any]) -> None:
    """Tokens end, and with them what they were to have pushed: it holds a copy of the token."""
    revoking, unsubscribing = ending
    tx.execute(unsubscribing, values)
    tx.execute(revoking, values)


def _then(_: int, over_since: int) -> int:
    return over_since


def _now(now: int, _: int) -> int:
    return now


_KEEP = (
    update(Application)
    .where(Application.id == bindparam("application"), Application.unused_until.is_not(None))
    .values(unused_until=bindparam("until"))
)
_USE_CODE = (
    update(AuthorizationCode)
    .where(AuthorizationCode.code_hash == bindparam("code"), AuthorizationCode.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_FORGET_CODES = delete(AuthorizationCode).where(
    AuthorizationCode.account_id == bindparam("account")
)
_FORGET_APP_CODES = delete(AuthorizationCode).where(
    AuthorizationCode.account_id == bindparam("account"),
    AuthorizationCode.application_id == bindparam("application"),
)
_OF_ACCOUNT = (
    select(AccessToken)
    .where(AccessToken.account_id == bindparam("account"), AccessToken.revoked_at.is_(None))
    .order_by(AccessToken.id.desc())
)
_USED = (
    update(AccessToken).where(AccessToken.id == bindparam("token")).values(used_at=bindparam("now"))
)


def _revoking(which: Any) -> tuple[Update, Delete]:
    ended = select(AccessToken.id).where(which)
    return (
        update(AccessToken)
        .where(which, AccessToken.revoked_at.is_(None))
        .values(revoked_at=bindparam("now")),
        delete(PushSubscription).where(PushSubscription.token_id.in_(ended)),
    )


_REVOKE = _revoking(AccessToken.id == bindparam("token"))
_REVOKE_FOR_CODE = _revoking(AccessToken.code_hash == bindparam("code"))
_REVOKE_ALL = _revoking(AccessToken.account_id == bindparam("account"))
_REVOKE_APP = _revoking(
    (AccessToken.account_id == bindparam("account"))
    & (AccessToken.application_id == bindparam("application"))
)
_APP_TOKENS = (
    select(AccessToken.id)
    .where(AccessToken.application_id == bindparam("application"), AccessToken.account_id.is_(None))
    .order_by(AccessToken.id.desc())
)
_DROP_APP_TOKENS = delete(AccessToken).where(
    AccessToken.application_id == bindparam("application"),
    AccessToken.account_id.is_(None),
    AccessToken.id <= bindparam("last"),
)


def _over(key: Any, column: Any) -> tuple[Select[Any], Delete]:
    return (
        select(key).where(column < bindparam("before")).order_by(column),
        delete(key.class_).where(key.in_(bindparam("keys", expanding=True))),
    )


_OLD: Sequence[tuple[Select[Any], Delete, Any]] = (
    (*_over(AuthorizationCode.code_hash, AuthorizationCode.expires_at), _then),
    (*_over(AccessToken.id, AccessToken.revoked_at), _then),
    (*_over(AccessToken.id, AccessToken.expires_at), _then),
    (*_over(Application.id, Application.unused_until), _now),
)
