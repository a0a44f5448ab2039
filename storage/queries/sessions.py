"""Browsers that are signed in, and what signs them in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, func, select, update

from storage.dialect import limit as literal_limit
from storage.models import Account, RecoveryCode, SecondStep, Session, SignInLink
from storage.queries.rows import add, find, many


def of_account(tx: Connection, account_id: int, now: int) -> list[Session]:
    """The sessions of somebody that have not run out, the newest first."""
    return many(tx, Session, _OF_ACCOUNT, {"account": account_id, "now": now})


def note_use(tx: Connection, token_hash: str, now: int) -> None:
    """Write down that a session is in use."""
    tx.execute(_USED, {"token": token_hash, "now": now})


def end_one(tx: Connection, account_id: int, token_hash: str) -> None:
    """End a session, if it is theirs."""
    tx.execute(_END, {"token": token_hash, "account": account_id})


def end_others(tx: Connection, account_id: int, kept: str) -> None:
    """Sign an account out everywhere but in one browser; links and second steps end too."""
    tx.execute(_END_OTHERS, {"kept": kept, "account": account_id})
    for statement in _END_BEGUN:
        tx.execute(statement, {"account": account_id})


def set_password(tx: Connection, account_id: int, password_hash: str) -> None:
    """The hash of a new password."""
    tx.execute(_SET_PASSWORD, {"account": account_id, "hash": password_hash})


def set_totp(tx: Connection, account_id: int, secret: str | None) -> None:
    """A new secret for the app that makes codes, none of which is asked for yet; None: no app."""
    tx.execute(_SET_TOTP, {"account": account_id, "secret": secret})


def confirm_totp(tx: Connection, account_id: int, since: int) -> None:
    """From now on codes are asked for."""
    tx.execute(_CONFIRM_TOTP, {"account": account_id, "since": since})


def take_step(tx: Connection, account_id: int, step: int) -> bool:
    """Take the code of a time step; False when it or a later one was taken."""
    return tx.execute(_TAKE_STEP, {"account": account_id, "step": step}).rowcount == 1


def set_recovery_codes(tx: Connection, account_id: int, hashes: Collection[str]) -> None:
    """The only recovery codes that are good from now on."""
    tx.execute(_DROP_CODES, {"account": account_id})
    for code_hash in hashes:
        add(tx, RecoveryCode, code_hash=code_hash, account_id=account_id)


def use_recovery_code(tx: Connection, account_id: int, code_hash: str) -> bool:
    """Spend a recovery code; False when there is none such."""
    return tx.execute(_USE_CODE, {"account": account_id, "code": code_hash}).rowcount == 1


def count_recovery_codes(tx: Connection, account_id: int) -> int:
    """How many are left."""
    return int(tx.execute(_COUNT_CODES, {"account": account_id}).scalar_one())


def add_step(tx: Connection, token_hash: str, account_id: int, expires_at: int) -> None:
    """Somebody knew the password."""
    add(tx, SecondStep, token_hash=token_hash, account_id=account_id, expires_at=expires_at)


def step(tx: Connection, token_hash: str) -> SecondStep | None:
    """Who knew the password; it may have run out."""
    return find(tx, SecondStep, token_hash=token_hash)


def end_step(tx: Connection, token_hash: str) -> bool:
    """The code was shown; False when that was so already."""
    return tx.execute(_END_STEP, {"token": token_hash}).rowcount == 1


def forget(tx: Connection, now: int, limit: int) -> int:
    """Drop sessions and second steps that have run out; how many."""
    gone = 0
    for model in (Session, SecondStep):
        found = (
            select(model.token_hash)
            .where(model.expires_at < now)
            .order_by(model.expires_at)
            .limit(literal_limit(limit))
        )
        keys = [row[0] for row in tx.execute(found)]
        if keys:
            tx.execute(delete(model).where(model.token_hash.in_(keys)))
        gone += len(keys)
    return gone


_OF_ACCOUNT = (
    select(Session)
    .where(Session.account_id == bindparam("account"), Session.expires_at > bindparam("now"))
    .order_by(Session.created_at.desc())
)
_USED = (
    update(Session).where(Session.token_hash == bindparam("token")).values(used_at=bindparam("now"))
)
_END = delete(Session).where(
    Session.token_hash == bindparam("token"), Session.account_id == bindparam("account")
)
_END_OTHERS = delete(Session).where(
    Session.account_id == bindparam("account"), Session.token_hash != bindparam("kept")
)
_END_BEGUN = (
    delete(SignInLink).where(SignInLink.account_id == bindparam("account")),
    delete(SecondStep).where(SecondStep.account_id == bindparam("account")),
)
_SET_PASSWORD = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(password_hash=bindparam("hash"))
)
_SET_TOTP = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(totp_secret=bindparam("secret"), totp_since=None, totp_step=0)
)
_CONFIRM_TOTP = (
    update(Account).where(Account.id == bindparam("account")).values(totp_since=bindparam("since"))
)
_TAKE_STEP = (
    update(Account)
    .where(Account.id == bindparam("account"), Account.totp_step < bindparam("step"))
    .values(totp_step=bindparam("step"))
)
_DROP_CODES = delete(RecoveryCode).where(RecoveryCode.account_id == bindparam("account"))
_USE_CODE = delete(RecoveryCode).where(
    RecoveryCode.account_id == bindparam("account"), RecoveryCode.code_hash == bindparam("code")
)
_COUNT_CODES = (
    select(func.count())
    .select_from(RecoveryCode)
    .where(RecoveryCode.account_id == bindparam("account"))
)
_END_STEP = delete(SecondStep).where(SecondStep.token_hash == bindparam("token"))
