"""ActivityPub client to server (section 6): people's own programs, on the tokens of our OAuth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from fedi_cotweet.federation.client.boxes import SITE, inbox, outbox, post
from fedi_cotweet.federation.client.endpoints import (
    FETCH_WINDOW,
    FETCHES,
    QUOTA,
    proxy_url,
    upload_media,
)
from fedi_cotweet.federation.routes.bearers import Handler, answered, preflight
from fedi_cotweet.federation.routes.fetching import guarded
from fedi_cotweet.services.attempts import Quota
from fedi_cotweet.services.site import Site

ENDPOINTS: Final[Mapping[str, tuple[tuple[str, Handler], ...]]] = {
    "/users/{name}/inbox": (("GET", inbox),),
    "/users/{name}/outbox": (("GET", guarded(outbox)), ("POST", post)),
    "/uploadMedia": (("POST", upload_media),),
    "/proxyUrl": (("POST", proxy_url),),
}


def setup(app: web.Application, site: Site) -> None:
    """Add the routes of client to server to an application that has those of federation."""
    app[SITE] = site
    app[QUOTA] = Quota(FETCHES, FETCH_WINDOW)
    for path, methods in ENDPOINTS.items():
        for method, handler in methods:
            app.router.add_route(method, path, answered(handler))
        app.router.add_route("OPTIONS", path, preflight)
