"""From a person's yes to an app's token (RFC 6749 with the advice of RFC 9700).

PKCE is ``S256`` or none: ``plain`` protects nothing. A code is good once, for ten minutes, for the
app and the redirect URI it was given for; whoever shows it again ends what came of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from fedi_cotweet.domain import scopes as scope_rules
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import applications, tokens
from fedi_cotweet.services.accounts import token_hash
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.oauth_errors import OAuthError, missing
from storage.engine import Tx
from storage.models import Application
from storage.queries import oauth

CODE_LASTS: Final = 10 * MINUTE
LONGEST: Final = 2_000
"""Characters of one parameter."""
APP_TOKENS: Final = 20
"""Tokens of an app for itself alone that are good at the same time."""
PARAMETERS: Final = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks a person for; all of it holds together."""

    application: Application
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str | None

    @property
    def shows_code(self) -> bool:
        """Whether the code is shown to the person, who types it into the app."""
        return self.redirect_uri == applications.OUT_OF_BAND


def read_request(tx: Tx, given: Mapping[str, str]) -> Asked:
    """Check the parameters of ``/oauth/authorize``. Raises ``OAuthError``: to be shown to the
    person, never to be sent anywhere, or anybody could have people led from here to anywhere."""
    for name in PARAMETERS:
        if len(given.get(name, "")) > LONGEST:
            raise OAuthError("invalid_request")
    if not given.get("client_id"):
        raise missing("client_id")
    application = applications.application_of(tx, given["client_id"])
    if application is None:
        raise OAuthError("invalid_client")
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri not in application.redirect_uris:
        raise OAuthError("invalid_redirect_uri")
    if not given.get("response_type"):
        raise missing("response_type")
    if given["response_type"] != "code":
        raise OAuthError("unsupported_response_type")
    return Asked(
        application,
        redirect_uri,
        _scopes(application, given.get("scope", "")),
        given.get("state", ""),
        _challenge(application, given),
    )


def grant(tx: Tx, env: Env, asked: Asked, account_id: int) -> str:
    """The person said yes: a code for the app."""
    code, now = secrets.token_urlsafe(32), env.now()
    oauth.add_code(
        tx,
        code_hash=token_hash(code),
        application_id=asked.application.id,
        account_id=account_id,
        redirect_uri=asked.redirect_uri,
        scopes=" ".join(asked.scopes),
        challenge=asked.challenge,
        created_at=now,
        expires_at=now + CODE_LASTS,
    )
    return code


def answer_uri(asked: Asked, **parameters: str) -> str:
    """Where to send the person's browser with an answer to the app."""
    parts = urlsplit(asked.redirect_uri)
    added = urlencode(parameters | ({"state": asked.state} if asked.state else {}))
    query = f"{parts.query}&{added}" if parts.query else added
    if parts.scheme in ("http", "https"):
        return urlunsplit(parts._replace(query=query))
    # ``urlunsplit`` drops the empty host of ``app://``.
    return f"{asked.redirect_uri}{'&' if '?' in asked.redirect_uri else '?'}{added}"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, shown this once. ``created_at`` is in milliseconds."""

    token: str
    scopes: str
    created_at: int


def exchange(
    tx: Tx, env: Env, application: Application, given: Mapping[str, str], *, proven: bool
) -> Issued | OAuthError:
    """A token for a code. ``proven``: the app showed its secret.

    A refusal is returned, not raised: what a code's second use ends must stay ended.
    """
    for name in ("code", "redirect_uri"):
        if not given.get(name):
            return missing(name)
    code, now = given["code"].strip(), env.now()  # it may have been copied by hand
    held = oauth.code(tx, token_hash(code)) if code.isascii() else None
    if held is None or held.application_id != application.id:
        return OAuthError("invalid_grant")
    if held.used_at is not None:
        oauth.revoke_tokens_for(tx, held.code_hash, now)
        return OAuthError("invalid_grant")
    if held.expires_at <= now or held.redirect_uri != given["redirect_uri"]:
        return OAuthError("invalid_grant")
    verifier = given.get("code_verifier", "")
    if held.challenge is None:
        if not proven:
            return OAuthError("invalid_client")
        # RFC 9700, 4.8.2: somebody took the challenge out of the request on its way (downgrade).
        if verifier:
            return OAuthError("invalid_grant")
    elif not verifier:
        return missing("code_verifier")
    elif not _fits(verifier, held.challenge):
        return OAuthError("invalid_grant")
    if not oauth.use_code(tx, held.code_hash, now):
        return OAuthError("invalid_grant")
    oauth.keep_application(tx, application.id, None)
    return issue(
        tx, env, application, held.account_id, held.scopes.split(), code_hash=held.code_hash
    )


def for_itself(tx: Tx, env: Env, application: Application, scope: str) -> Issued:
    """A token with which an app acts for nobody. Raises ``OAuthError``."""
    scopes = _scopes(application, scope)
    oauth.keep_application(tx, application.id, env.now() + applications.UNUSED_BY_PEOPLE_LASTS)
    oauth.drop_app_tokens(tx, application.id, APP_TOKENS - 1)
    return issue(tx, env, application, None, scopes)


def for_password(tx: Tx, env: Env, application: Application, account_id: int, scope: str) -> Issued:
    """A token for somebody who gave the app their password. Raises ``OAuthError``."""
    scopes = _scopes(application, scope)
    oauth.keep_application(tx, application.id, None)
    return issue(tx, env, application, account_id, scopes)


def issue(
    tx: Tx,
    env: Env,
    application: Application,
    account_id: int | None,
    scopes: tuple[str, ...] | list[str],
    *,
    code_hash: str | None = None,
) -> Issued:
    """A new token of an app."""
    token = tokens.issue(tx, env, application.id, account_id, scopes, code_hash=code_hash)
    return Issued(token, " ".join(scopes), env.now())


def revoke(tx: Tx, env: Env, application: Application | None, token: str) -> None:
    """End a token on the word of the app it was given to (None: the app did not prove itself).

    What is no token, or over, is no error (RFC 7009, 2.2). Raises ``unauthorized_client``.
    """
    held = tokens.held(tx, token)
    if held is None:
        return
    if application is None or held.application_id != application.id:
        raise OAuthError("unauthorized_client")
    oauth.revoke_token(tx, held.id, env.now())


def _scopes(application: Application, scope: str) -> tuple[str, ...]:
    allowed = application.scopes.split()
    wanted = scope_rules.read_scopes(scope)
    if not wanted:
        least = (scope_rules.DEFAULT,)
        return least if scope_rules.within(least, allowed) else tuple(allowed)
    if scope_rules.unknown(wanted) or not scope_rules.within(wanted, allowed):
        raise OAuthError("invalid_scope")
    return wanted


def _challenge(application: Application, given: Mapping[str, str]) -> str | None:
    challenge, method = given.get("code_challenge", ""), given.get("code_challenge_method", "")
    if not challenge:
        if method and method != "S256":
            raise OAuthError("invalid_code_challenge_method")
        if application.secret_hash is None:
            raise missing("code_challenge")
        return None
    # RFC 7636, 4.3: without a method it would be ``plain``.
    if method != "S256":
        raise OAuthError("invalid_code_challenge_method")
    if not _CHALLENGE.match(challenge):
        raise OAuthError("invalid_request")
    return challenge


def _fits(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.match(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())
