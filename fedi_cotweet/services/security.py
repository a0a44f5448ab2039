"""Who can act as somebody: their browsers, their apps, their password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import tokens
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from storage.engine import Tx
from storage.models import Account, Session
from storage.queries import actors, oauth, sessions

LINK_PROVES_FOR: Final = 30 * MINUTE
"""Who has just come by a link of the operator's need not know the password."""


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A browser that is signed in. ``key`` names it and is no secret."""

    key: str
    browser: str
    by_link: bool
    created_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class AppEntry:
    """A token that acts for somebody: of which app, and for what."""

    token_id: int
    application_id: int
    name: str
    website: str | None
    scopes: tuple[str, ...]
    created_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class SecurityView:
    """All of it. ``two_factor_since``: None when no code is asked for."""

    sessions: tuple[SessionEntry, ...]
    apps: tuple[AppEntry, ...]
    has_password: bool
    two_factor_since: int | None
    recovery_codes: int


def overview(tx: Tx, env: Env, account_id: int) -> SecurityView:
    """Everything that can act as an account."""
    account = own(tx, account_id)
    return SecurityView(
        sessions=tuple(
            SessionEntry(
                one.token_hash,
                one.browser,
                one.by_link,
                one.created_at,
                one.used_at or one.created_at,
            )
            for one in sessions.of_account(tx, account_id, env.now())
        ),
        apps=apps_of(tx, env, account_id),
        has_password=account.password_hash is not None,
        two_factor_since=account.totp_since,
        recovery_codes=sessions.count_recovery_codes(tx, account_id),
    )


def apps_of(tx: Tx, env: Env, account_id: int) -> tuple[AppEntry, ...]:
    """The tokens that act for somebody, the newest first."""
    return tuple(
        AppEntry(
            token.id,
            app.id,
            app.name,
            app.website,
            tuple(token.scopes.split()),
            token.created_at,
            token.used_at,
        )
        for token, app in oauth.tokens_of(tx, account_id)
        if token.expires_at is None or token.expires_at > env.now()
    )


def own(tx: Tx, account_id: int) -> Account:
    """The account of whoever asks."""
    account = actors.account_of(tx, account_id)
    if account is None:
        raise not_found("account")
    return account


def needs_password(env: Env, account: Account, session: Session) -> bool:
    """Whether this browser has to show the password again for what matters."""
    return account.password_hash is not None and needs_proof(env, session)


def needs_proof(env: Env, session: Session) -> bool:
    """Whether somebody else may sit at this browser, for all we know."""
    return not session.by_link or session.created_at <= env.now() - LINK_PROVES_FOR


def set_password(tx: Tx, env: Env, account_id: int, password_hash: str, *, kept: str = "") -> None:
    """A new password ends every app and every browser but ``kept`` (a session's key)."""
    sessions.set_password(tx, account_id, password_hash)
    sessions.end_others(tx, account_id, kept)
    tokens.end_apps(tx, account_id, env.now())
