"""Apps: how they register themselves, and how they prove later that they are the same.

Anybody may register one under any name. So an app's words are shown as its own and never trusted,
and one that nobody lets in is dropped again.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fedi_cotweet.domain import scopes as scope_rules
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services.accounts import token_hash
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Application
from storage.queries import oauth

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
"""The redirect URI of apps that have none: the code is shown to the person."""
UNUSED_LASTS: Final = 7 * DAY
UNUSED_BY_PEOPLE_LASTS: Final = 30 * DAY
"""Of an app that acts for itself alone, since it last did."""
LONGEST_NAME: Final = 60
LONGEST_URI: Final = 2_000
MOST_URIS: Final = 20

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+\Z")
_FORBIDDEN = frozenset(
    {"about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "view-source"}
)
"""Schemes with which a browser would run or read something instead of opening an app."""


class RegistrationError(Exception):
    """An app that cannot be registered as it asks, in Mastodon's words."""

    def __init__(self, problem: str) -> None:
        self.message = f"Validation failed: {problem}"
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An app, for itself. ``secret`` only when it was made just now."""

    id: int
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    client_id: str
    secret: str | None = None


def register(
    tx: Tx,
    env: Env,
    *,
    name: str,
    redirect_uris: Sequence[str],
    scopes: str = "",
    website: str = "",
    public: bool = False,
) -> ApplicationView:
    """Make an app known. ``public``: it can keep no secret and gets none.

    Raises ``RegistrationError``.
    """
    name, uris = name.strip(), tuple(dict.fromkeys(redirect_uris))
    wanted = scope_rules.read_scopes(scopes) or (scope_rules.DEFAULT,)
    _check(name, uris, wanted, website)
    now, secret = env.now(), None if public else secrets.token_urlsafe(32)
    view = ApplicationView(
        id=env.new_id(),
        name=name,
        website=website or None,
        redirect_uris=uris,
        scopes=wanted,
        client_id=secrets.token_urlsafe(32),
        secret=secret,
    )
    oauth.add_application(
        tx,
        id=view.id,
        client_id=view.client_id,
        secret_hash=None if secret is None else token_hash(secret),
        name=name,
        website=view.website,
        redirect_uris=list(uris),
        scopes=" ".join(wanted),
        created_at=now,
        unused_until=now + UNUSED_LASTS,
    )
    return view


def view_of(application: Application) -> ApplicationView:
    """An app as it is known."""
    return ApplicationView(
        application.id,
        application.name,
        application.website,
        tuple(str(uri) for uri in application.redirect_uris),
        tuple(application.scopes.split()),
        application.client_id,
    )


def application_of(tx: Tx, client_id: str) -> Application | None:
    """The app of this name."""
    if not client_id.isascii() or not client_id.isprintable() or not 0 < len(client_id) <= 200:
        return None
    return oauth.application_of(tx, client_id)


def has_secret(application: Application, secret: str) -> bool:
    """Whether this is an app's secret; False for one that has none."""
    if application.secret_hash is None or not secret.isascii():
        return False
    return hmac.compare_digest(token_hash(secret), application.secret_hash)


def _check(name: str, uris: Sequence[str], scopes: Sequence[str], website: str) -> None:
    if not name or not name.isprintable():
        raise RegistrationError("Application name can't be blank")
    if len(name) > LONGEST_NAME:
        raise RegistrationError(
            f"Application name is too long (maximum is {LONGEST_NAME} characters)"
        )
    if not uris:
        raise RegistrationError("Redirect URI must be an absolute URI.")
    if len(uris) > MOST_URIS or sum(map(len, uris)) > LONGEST_URI:
        raise RegistrationError(f"Redirect URI is too long (maximum is {LONGEST_URI} characters)")
    for uri in uris:
        _check_redirect(uri)
    if website and (len(website) > LONGEST_URI or not _is_page(website)):
        raise RegistrationError("Application website must be a valid URL")
    if scope_rules.unknown(scopes):
        raise RegistrationError("Scopes doesn't match configured on the server.")


def _check_redirect(uri: str) -> None:
    if uri == OUT_OF_BAND:
        return
    if not _ABSOLUTE.match(uri):
        raise RegistrationError("Redirect URI must be an absolute URI.")
    scheme = uri.partition(":")[0].lower()
    if scheme in _FORBIDDEN:
        raise RegistrationError("Redirect URI is forbidden by the server.")
    if "#" in uri:
        raise RegistrationError("Redirect URI cannot contain a fragment.")
    # ``https://a.example@evil.example`` and backslashes are read differently by different readers.
    if scheme in ("http", "https") and not _is_page(uri):
        raise RegistrationError("Redirect URI must be a valid URI.")


def _is_page(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = uri.isascii() and uri.isprintable() and " " not in uri and "\\" not in uri
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc and plain
