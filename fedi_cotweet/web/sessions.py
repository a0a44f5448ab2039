"""Who looks at a page: cookies, and the two checks that a form was ours.

Cookies are ``HttpOnly`` and ``SameSite=Lax``, over https also ``Secure`` and with the ``__Host-``
prefix, so that no neighbouring host can set them. A form that changes something needs the
session's token and must not come from another origin (cross-site request forgery); the sign-in
form, which has no session yet, needs the token of a cookie of its own (otherwise somebody could
be signed in to another person's account without noticing).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from fedi_cotweet.domain.limits import HOUR
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import accounts, appearances, invitations, notifications, staff
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.site import Site
from fedi_cotweet.web.rendering import SessionView
from storage.engine import Tx
from storage.models import Session
from storage.queries import actors, sessions

FORM_LASTS = 60 * 60
"""Seconds for which a sign-in form stays good."""
USE_NOTED_EVERY = HOUR
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in; ``token_hash`` names their session."""

    account_id: int
    token_hash: str
    view: SessionView
    session: Session


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one site, by name."""

    session: str
    form: str
    step: str
    language: str
    styles: str
    secure: bool

    @classmethod
    def of(cls, base_url: str) -> Cookies:
        """Cookies do not tell ports apart; development servers on one machine must."""
        parts = urlsplit(base_url)
        secure = parts.scheme == "https"
        before, after = ("__Host-", "") if secure else ("", f"_{parts.port or 80}")
        return cls(
            session=f"{before}session{after}",
            form=f"{before}form{after}",
            step=f"{before}step{after}",
            language=f"{before}language{after}",
            styles=f"{before}styles{after}",
            secure=secure,
        )

    def keep(self, response: web.StreamResponse, name: str, value: str, seconds: int) -> None:
        """Set a cookie."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            secure=self.secure,
            samesite="Lax",
        )

    def drop(self, response: web.StreamResponse, name: str) -> None:
        """Delete a cookie."""
        response.del_cookie(name, path="/", httponly=True, secure=self.secure, samesite="Lax")


async def find_viewer(request: web.Request, site: Site, cookies: Cookies) -> Viewer | None:
    """Who is signed in, or None for a visitor."""
    token = request.cookies.get(cookies.session)
    if not token or len(token) > 200:
        return None

    def find(tx: Tx) -> Viewer | None:
        session = accounts.session_of(tx, site.env, token)
        actor = actors.actor(tx, session.account_id) if session is not None else None
        if session is None or actor is None:
            return None
        invites = invitations.told_of(tx, site.env, actor.id, MOST_SHOWN)
        view = SessionView(
            author_view(site.env, actor),
            session.csrf,
            len(invites),
            notifications.unread(tx, site.env, actor.id, MOST_SHOWN),
            look=appearances.of(tx, actor.id),
            staff=staff.role_of(tx, actor.id),
        )
        return Viewer(actor.id, session.token_hash, view, session)

    found, now = await site.read(find), site.env.now()
    if found is not None and (found.session.used_at or 0) <= now - USE_NOTED_EVERY:
        kept = found.token_hash
        await site.write(lambda tx: sessions.note_use(tx, kept, now))
    return found


def form_token(request: web.Request, cookies: Cookies) -> str:
    """The token for a form without session: the one its browser holds, or a new one."""
    held = request.cookies.get(cookies.form, "")
    return held if 16 <= len(held) <= 100 and held.isascii() else secrets.token_urlsafe(24)


def sent_from_here(request: web.Request, base_url: str) -> bool:
    """Whether a page of this server sent a form, as far as the browser says."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
    return origin.rstrip("/").lower() == base_url.lower()


def check_form(request: web.Request, base_url: str, given: str, expected: str) -> None:
    """Refuse a form that another page made its reader send. Raises ``forged_form`` (403)."""
    same = hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )
    if not sent_from_here(request, base_url) or not same or not expected:
        raise ServiceError(
            "forged_form",
            403,
            "This form is too old, or another page sent it",
            say("Nothing was done. Open {address} again and repeat it there.", address=base_url),
        )
