"""What every way of signing in begins and ends with."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from fedi_cotweet.services import accounts
from fedi_cotweet.services.accounts import SESSION_LASTS
from fedi_cotweet.web.browsers import kept_name
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.rendering import link
from fedi_cotweet.web.sessions import check_form
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx
from storage.queries import actors

LONGEST_PATH = 8_000
"""What an app asks for is in the path to go on to."""


async def signed_in(
    visit: Visit, account_id: int, path: str, *, by_link: bool = False
) -> web.StreamResponse:
    """A new session, whatever the browser held before (session fixation), and on to ``path``."""
    cookies, before = visit.pages.cookies, visit.viewer
    browser = kept_name(visit.request.headers.get("User-Agent", ""))

    def begin(tx: Tx) -> str:
        if before is not None:
            actors.end_session(tx, before.token_hash)
        return accounts.open_session(tx, visit.env, account_id, browser=browser, by_link=by_link)

    token = await visit.site.write(begin)
    response = see(path)
    cookies.keep(response, cookies.session, token, SESSION_LASTS // 1_000)
    cookies.drop(response, cookies.form)
    return response


def for_app(response: web.Response, next_path: str) -> web.Response:
    """Leave a page on the way to an app connected to the window that opened it: apps on the web
    open it as a popup and wait for its end. All that gives them is what every opener has."""
    if urlsplit(next_path).path == PATHS.authorize:
        response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


def check_first_form(visit: Visit, given: str) -> None:
    """Refuse a form of somebody without session that is not from a page of ours."""
    expected = visit.request.cookies.get(visit.pages.cookies.form, "")
    check_form(visit.request, visit.site.settings.base_url, given, expected)


def local_path(path: str) -> str:
    """A path of this server to go on to, or "": no redirect leads elsewhere."""
    if not path.isascii() or not path.isprintable() or "\\" in path or len(path) > LONGEST_PATH:
        return ""
    parts = urlsplit(path)
    return path if link(path) == path and path[:1] == "/" and not parts.netloc else ""
