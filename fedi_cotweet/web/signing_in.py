"""Signing in with a password or a one-time link, and signing out."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from fedi_cotweet.languages.wording import mark, said, say, say_count
from fedi_cotweet.services import accounts, applications, sign_ins
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web import pages, second_step
from fedi_cotweet.web.opening import check_first_form, for_app, local_path, signed_in
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import FORM_LASTS, form_token
from fedi_cotweet.web.visits import Visit, go, see
from storage.models import Account
from storage.queries import actors

WRONG = mark("The user name or the password is wrong.")
WAITS = mark("Whoever runs this server has not decided about your request yet. Come back later.")


async def sign_in_form(visit: Visit) -> web.Response:
    """The form; whoever is signed in goes on to where they wanted."""
    wanted = local_path(visit.request.query.get("next", ""))
    if visit.viewer is not None and "again" not in visit.request.query:
        go(wanted or PATHS.home)
    return await _form(visit, next_path=wanted)


async def sign_in(visit: Visit) -> web.StreamResponse:
    """Check a password. Unknown names take as long as known ones and are answered alike."""
    fields = await visit.form()
    check_first_form(visit, fields.get("csrf", ""))
    typed = fields.get("username", "").strip()[: sign_ins.LONGEST_NAME]
    wanted = local_path(fields.get("next", ""))
    found = await sign_ins.check_password(
        visit.site, visit.caller_address(), typed, fields.get("password", "")
    )
    if isinstance(found, sign_ins.TooOften):
        response = await _form(
            visit,
            error=say_count(
                "Too many attempts. Try again in {count} minute, or ask for a sign-in link.",
                "Too many attempts. Try again in {count} minutes, or ask for a sign-in link.",
                count=found.wait // 60_000 + 1,
            ),
            username=typed,
            next_path=wanted,
            status=429,
        )
        response.headers["Retry-After"] = str(found.wait // 1_000 + 1)
        return response
    if not isinstance(found, Account):
        return await _form(visit, error=_why(found), username=typed, next_path=wanted, status=403)
    if found.totp_since is not None:
        return await second_step.begin(visit, found.id, wanted)
    return await signed_in(visit, found.id, wanted or PATHS.home)


def _why(found: sign_ins.ShutOut | sign_ins.Waiting | None) -> str:
    if isinstance(found, sign_ins.Waiting):
        return WAITS
    if found is None:
        return WRONG
    if found.text:
        return say(
            "Those who look after this server shut you out. They say: “{text}”", text=found.text
        )
    return say("Those who look after this server shut you out.")


async def sign_out(visit: Visit) -> web.StreamResponse:
    """End the session, on the server too."""
    if visit.viewer is None:
        go(PATHS.index)
    viewer = visit.viewer
    await visit.own_form(viewer)
    await visit.site.write(lambda tx: actors.end_session(tx, viewer.token_hash))
    response = see(PATHS.index)
    visit.pages.cookies.drop(response, visit.pages.cookies.session)
    return response


async def link_form(visit: Visit) -> web.Response:
    """Ask before a link is spent: programs that look at links for a preview must not use it up."""
    token = form_token(visit.request, visit.pages.cookies)
    response = visit.html(
        pages.render_sign_in_link(visit.instance, token, visit.request.path), private=True
    )
    # The address is a secret. Without any referrer browsers say "Origin: null" of the form.
    response.headers["Referrer-Policy"] = "strict-origin"
    visit.pages.cookies.keep(response, visit.pages.cookies.form, token, FORM_LASTS)
    return response


async def use_link(visit: Visit) -> web.StreamResponse:
    """Spend a link and sign in."""
    fields = await visit.form()
    check_first_form(visit, fields.get("csrf", ""))
    spent = accounts.token_hash(visit.request.match_info["token"])
    account_id = await visit.site.write(
        lambda tx: actors.use_sign_in_link(tx, spent, visit.env.now())
    )
    if account_id is None:
        raise ServiceError(
            "link_over",
            410,
            "This link does not sign in any more",
            "It works once and for fifteen minutes. Ask whoever runs this server for a new one.",
        )
    return await signed_in(visit, account_id, PATHS.home, by_link=True)


async def _form(
    visit: Visit, *, error: str = "", username: str = "", next_path: str = "", status: int = 200
) -> web.Response:
    cookies = visit.pages.cookies
    token = form_token(visit.request, cookies)
    text = pages.render_sign_in(
        visit.instance,
        token,
        error=said(error),
        username=username,
        next_path=next_path,
        application=await _application(visit, next_path),
    )
    response = visit.html(text, status=status, private=True)
    cookies.keep(response, cookies.form, token, FORM_LASTS)
    return for_app(response, next_path)


async def _application(visit: Visit, next_path: str) -> str:
    """The app that somebody signs in for, by its own name; "" for none."""
    parts = urlsplit(next_path)
    if parts.path != PATHS.authorize:
        return ""
    client_id = dict(parse_qsl(parts.query)).get("client_id", "")
    found = await visit.site.read(lambda tx: applications.application_of(tx, client_id))
    return "" if found is None else found.name
