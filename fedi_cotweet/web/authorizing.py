"""Letting an app in: what it asks for, the person's yes or no, the code.

Nobody is sent anywhere without having pressed a button, and never to an address that the app did
not register: so no link of ours leads elsewhere (RFC 9700, 4.11). The form carries the session's
token (no other page can say yes), and cannot be framed.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from fedi_cotweet.services import authorizations
from fedi_cotweet.services.authorizations import PARAMETERS, Asked
from fedi_cotweet.services.oauth_errors import OAuthError
from fedi_cotweet.web import authorizing_pages as pages
from fedi_cotweet.web.authorizing_pages import AppView
from fedi_cotweet.web.headers import CONTENT_SECURITY_POLICY
from fedi_cotweet.web.opening import for_app
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.scope_words import scope_words
from fedi_cotweet.web.visits import Visit, go, see

TRUE = frozenset({"1", "on", "t", "true", "yes"})


async def ask(visit: Visit) -> web.Response:
    """What the app asks for, to whoever is signed in."""
    given = {name: visit.request.query.get(name, "") for name in PARAMETERS}
    if _wants_new_sign_in(visit):
        go(f"{PATHS.sign_in}?{urlencode({'again': '1', 'next': _own_path(given)})}")
    viewer = visit.need_viewer()
    asked = await _read(visit, given)
    if isinstance(asked, OAuthError):
        return _refused(visit, asked)
    sent = {name: value for name, value in given.items() if value}
    text = pages.render_authorize(
        _view(asked), sent, viewer.view, visit.instance, _own_path(given) + "&force_login=true"
    )
    response = visit.html(text, private=True)
    response.headers["Content-Security-Policy"] = _policy(asked)
    return for_app(response, PATHS.authorize)


async def without_slash(visit: Visit) -> web.Response:
    """Some apps (toot) write the address with a slash at its end."""
    go(f"{PATHS.authorize}?{visit.request.rel_url.raw_query_string}")


async def decide(visit: Visit) -> web.Response:
    """The person's answer."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    asked = await _read(visit, {name: fields.get(name, "") for name in PARAMETERS})
    if isinstance(asked, OAuthError):
        return _refused(visit, asked)
    if fields.get("decision") != "yes":
        no = OAuthError("access_denied")
        if asked.shows_code:
            text = pages.render_denied(_view(asked), viewer.view, visit.instance)
            return visit.html(text, private=True)
        return see(
            authorizations.answer_uri(asked, error=no.code, error_description=no.description)
        )
    code = await visit.site.write(
        lambda tx: authorizations.grant(tx, visit.env, asked, viewer.account_id)
    )
    if asked.shows_code:
        text = pages.render_code(_view(asked), code, viewer.view, visit.instance)
        return visit.html(text, private=True)
    return see(authorizations.answer_uri(asked, code=code))


async def _read(visit: Visit, given: Mapping[str, str]) -> Asked | OAuthError:
    try:
        return await visit.site.read(lambda tx: authorizations.read_request(tx, given))
    except OAuthError as error:
        return error


def _refused(visit: Visit, error: OAuthError) -> web.Response:
    text = pages.render_refused(error.code, error.description, visit.session, visit.instance)
    return visit.html(text, status=error.status, private=True)


def _wants_new_sign_in(visit: Visit) -> bool:
    return visit.request.query.get("force_login", "").lower() in TRUE


def _own_path(given: Mapping[str, str]) -> str:
    return f"{PATHS.authorize}?{urlencode({k: v for k, v in given.items() if v})}"


def _view(asked: Asked) -> AppView:
    parts = urlsplit(asked.redirect_uri)
    leads_to = parts.netloc if parts.scheme in ("http", "https") else f"{parts.scheme}:"
    return AppView(
        asked.application.name,
        asked.application.website or "",
        scope_words(asked.scopes),
        "" if asked.shows_code else leads_to,
    )


def _policy(asked: Asked) -> str:
    """Chromium holds every redirect that follows a form against ``form-action``: the app's address
    must be in it, and apps on the web send people on to places that only they know."""
    if asked.shows_code:
        return CONTENT_SECURITY_POLICY
    scheme = urlsplit(asked.redirect_uri).scheme
    sources = {"http": "http: https:", "https": "https:"}.get(scheme, f"{scheme}:")
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {sources}")
