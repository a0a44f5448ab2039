"""Which language a page is in: what its reader chose, else what their browser asks for.

Signed in, the language of their settings counts; then, for everybody, the one they chose at the
foot of a page, which a cookie keeps; then ``Accept-Language``; then that of the server.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from fedi_cotweet.languages.negotiation import accepted, known
from fedi_cotweet.languages.reader import speak
from fedi_cotweet.services import appearances
from fedi_cotweet.web.opening import local_path
from fedi_cotweet.web.sessions import Cookies, Viewer
from fedi_cotweet.web.visits import Visit, see

PARAMETER: Final = "lang"
"""``?lang=fr`` at any page: keep this language."""
_KEPT: Final = 365 * 24 * 60 * 60
"""Seconds for which a visitor's choice is kept."""


def choose(request: web.Request, cookies: Cookies, default: str, viewer: Viewer | None) -> None:
    """Answer this request in the language of its reader."""
    code = known(viewer.view.look.language) if viewer is not None else ""
    code = code or known(request.cookies.get(cookies.language))
    if not code:
        code = accepted(request.headers.get("Accept-Language", ""), default)
    speak(code, request.path_qs if request.method in ("GET", "HEAD") else "")


def asked(request: web.Request, cookies: Cookies) -> web.Response | None:
    """The answer to ``?lang=``: the same page without it, in that language from now on."""
    code = known(request.query.get(PARAMETER))
    if request.method != "GET" or not code:
        return None
    others = [(name, value) for name, value in request.query.items() if name != PARAMETER]
    # Stops "//other.example?lang=fr" from leading there: a redirect to a path stays here.
    path = "/" + request.rel_url.raw_path.lstrip("/")
    response = see(f"{path}?{urlencode(others)}" if others else path)
    cookies.keep(response, cookies.language, code, _KEPT)
    return response


async def change(visit: Visit) -> web.Response:
    """Whoever is signed in chooses, for all their browsers, and reads on where they were."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    code = fields.get("language", "")
    await visit.site.write(lambda tx: appearances.speak(tx, viewer.account_id, code))
    return see(local_path(fields.get("back", "")) or _came_from(visit))


def _came_from(visit: Visit) -> str:
    """The path of the page that a form was on. Pages do not name it: what is kept from somebody
    and what is not there are the same page, octet by octet."""
    base, came = visit.site.settings.base_url, visit.request.headers.get("Referer", "")
    return (local_path(came.removeprefix(base)) if came.startswith(f"{base}/") else "") or "/"
