"""What people and the server itself add to how pages look: colours and styles, as style sheets of
this server, and the choice of each reader to see none of people's.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from fedi_cotweet.domain.colours import read_colour
from fedi_cotweet.services import appearances
from fedi_cotweet.services.appearances import Dress
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.views import AuthorView
from fedi_cotweet.settings import Settings
from fedi_cotweet.web.headers import static_headers
from fedi_cotweet.web.rendering import Dressed
from fedi_cotweet.web.sessions import Cookies
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx
from storage.queries import actors

PARAMETER: Final = "styles"
"""``?styles=off`` at any page: from now on no colours and styles of people; ``on``: again."""
ROUTE: Final = "/styles/{name}/{digest}.css"
_KEPT: Final = 365 * 24 * 60 * 60


def dressed(visit: Visit, dress: Dress | None, author: AuthorView) -> Dressed | None:
    """The page of somebody of this server, for whoever looks at it."""
    if dress is None:
        return None
    if visit.plain:
        return Dressed(author, off=True)
    path = sheet_path(author, dress.digest) if dress.digest else ""
    return Dressed(author, dress.accent, path, dress.styled, dress.alone)


def sheet_path(author: AuthorView, digest: str) -> str:
    """Where the style sheet of somebody of this server is."""
    return ROUTE.format(name=author.handle.partition("@")[0], digest=digest)


def asked(request: web.Request, cookies: Cookies) -> web.Response | None:
    """The answer to ``?styles=``: the same page without it, with or without them from now on."""
    wanted = request.query.get(PARAMETER)
    if request.method != "GET" or wanted not in ("on", "off"):
        return None
    others = [(name, value) for name, value in request.query.items() if name != PARAMETER]
    # Stops "//other.example?styles=off" from leading there: a redirect to a path stays here.
    path = "/" + request.rel_url.raw_path.lstrip("/")
    response = see(f"{path}?{urlencode(others)}" if others else path)
    if wanted == "off":
        cookies.keep(response, cookies.styles, "off", _KEPT)
    else:
        cookies.drop(response, cookies.styles)
    return response


async def sheet(request: web.Request, site: Site) -> web.Response:
    """The style sheet of somebody of this server."""
    name, digest = request.match_info["name"], request.match_info["digest"]

    def find(tx: Tx) -> str:
        account = actors.account_by_name(tx, name)
        actor = None if account is None else actors.actor(tx, account.id)
        if actor is None or actor.suspended_at is not None or actor.gone_at is not None:
            return ""
        return appearances.sheet_of(tx, actor.id)

    found = await site.read(find)
    if not found:
        raise web.HTTPNotFound
    headers = static_headers(immutable=digest == appearances.digest_of(found))
    return web.Response(text=found, content_type="text/css", charset="utf-8", headers=headers)


def house_rules(settings: Settings) -> str:
    """What the server adds to its style sheet."""
    accent = read_colour(settings.accent)
    colour = appearances.coloured(accent, ":root") if accent else ""
    rules = settings.style_file.read_text(encoding="utf-8") if settings.style_file else ""
    return "\n".join(part for part in (colour, rules) if part)
