"""Access tokens: what an app shows to act for somebody, and what it may do."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from fedi_cotweet.domain import scopes as scope_rules
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.domain.scopes import allows as allows
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import applications
from fedi_cotweet.services.accounts import account_named, token_hash
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import AccessToken
from storage.queries import actors, oauth

LONGEST = 200
"""Characters of a token; longer ones are not looked for."""
USE_NOTED_EVERY = HOUR
OVER_KEPT = 7 * DAY
"""How long a token that is over stays known as such."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who made a request, by a token that holds. ``account_id`` is None for an app alone."""

    token_id: int
    application_id: int
    account_id: int | None
    scopes: frozenset[str]
    used_at: int | None = None
    """When use was last written down; see ``is_due``."""


def bearer_of(tx: Tx, token: str, now: int) -> Bearer | None:
    """Whose token this is; None when there is none, or it is over. One query, by index."""
    found = held(tx, token)
    if found is None or _over(found, now) is not None:
        return None
    return Bearer(
        found.id,
        found.application_id,
        found.account_id,
        frozenset(found.scopes.split()),
        found.used_at,
    )


def why_not(tx: Tx, token: str, now: int) -> str:
    """Why ``bearer_of`` found nobody, as Mastodon words it in its 401."""
    found = held(tx, token)
    return f"The access token {_over(found, now) if found is not None else 'is invalid'}"


def is_due(bearer: Bearer, now: int) -> bool:
    """Whether this use is to be written down with ``note_use``: at most once an hour."""
    return bearer.used_at is None or bearer.used_at <= now - USE_NOTED_EVERY


def note_use(tx: Tx, bearer: Bearer, now: int) -> None:
    """Remember that a token is in use."""
    oauth.note_use(tx, bearer.token_id, now)
    if bearer.account_id is None:
        until = now + applications.UNUSED_BY_PEOPLE_LASTS
        oauth.keep_application(tx, bearer.application_id, until)


def issue(
    tx: Tx,
    env: Env,
    application_id: int,
    account_id: int | None,
    scopes: Iterable[str],
    *,
    code_hash: str | None = None,
    value: str | None = None,
) -> str:
    """A new token; only its hash is kept. ``value`` instead of a random one is for tests."""
    token = value or secrets.token_urlsafe(32)
    oauth.add_token(
        tx,
        id=env.new_id(),
        token_hash=token_hash(token),
        application_id=application_id,
        account_id=account_id,
        scopes=" ".join(scopes),
        code_hash=code_hash,
        created_at=env.now(),
    )
    return token


def end_all(tx: Tx, account_id: int, now: int) -> None:
    """No browser and no app acts for this account any more; nothing on its way can either."""
    actors.end_sessions(tx, account_id)
    end_apps(tx, account_id, now)


def end_apps(tx: Tx, account_id: int, now: int) -> None:
    """No app acts for this account any more."""
    oauth.forget_codes_of(tx, account_id)
    oauth.revoke_tokens_of(tx, account_id, now)


def mint(
    tx: Tx, env: Env, username: str, scopes: str, *, app: str, value: str | None = None
) -> tuple[str, tuple[str, ...]]:
    """A token by the operator's word, of an app of its own: the token and its scopes.

    Raises ``no_such_account``, ``bad_scopes``, ``token_taken``.
    """
    account = account_named(tx, username)
    wanted = scope_rules.read_scopes(scopes) or (scope_rules.DEFAULT,)

    strange = scope_rules.unknown(wanted)
    if strange:
        raise ServiceError(
            "bad_scopes",
            422,
            say("There is no scope called {strange}.", strange=strange[0]),
            say("There are: {choices}.", choices=", ".join(scope_rules.ALL)),
        )
    if value is not None and oauth.token(tx, token_hash(value)) is not None:
        raise ServiceError(
            "token_taken", 409, "There is such a token already.", "Choose another value."
        )
    now, application_id = env.now(), env.new_id()
    oauth.add_application(
        tx,
        id=application_id,
        client_id=secrets.token_urlsafe(32),
        secret_hash=token_hash(secrets.token_urlsafe(32)),
        name=app,
        redirect_uris=[applications.OUT_OF_BAND],
        scopes=" ".join(wanted),
        created_at=now,
        unused_until=None,
    )
    return issue(tx, env, application_id, account.id, wanted, value=value), wanted


def held(tx: Tx, token: str) -> AccessToken | None:
    """What is known of a token, over or not."""
    return (
        oauth.token(tx, token_hash(token))
        if token.isascii() and 0 < len(token) <= LONGEST
        else None
    )


def _over(held: AccessToken, now: int) -> str | None:
    if held.revoked_at is not None:
        return "was revoked"
    if held.expires_at is not None and held.expires_at <= now:
        return "expired"
    return None
