"""Puts the operations of the client API into an application."""

from __future__ import annotations

from collections import defaultdict
from importlib import resources

from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet.mastodon_api.answers import preflight
from fedi_cotweet.mastodon_api.calls import Call, authenticate
from fedi_cotweet.mastodon_api.entities.accounts import NO_AVATAR, NO_HEADER
from fedi_cotweet.mastodon_api.errors import guarded
from fedi_cotweet.mastodon_api.operations import OPERATIONS, Operation
from fedi_cotweet.mastodon_api.rates import Rates, headers
from fedi_cotweet.mastodon_api.slashes import Slashes
from fedi_cotweet.mastodon_api.streaming.hub import HUB, Hub
from fedi_cotweet.services.rechecks import Rechecks
from fedi_cotweet.services.site import Site


def setup(app: web.Application, site: Site) -> None:
    """Add the client API to an application."""
    app[HUB] = hub = Hub(site)
    rechecks, rates = Rechecks(site), Rates(site)

    def handler(operation: Operation) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            bearer = await authenticate(request, site, operation.access, operation.scope)
            now = site.env.now()
            taken = rates.take(request, (operation.method, operation.path), bearer, now)
            call = Call(request, site, rechecks, bearer)
            response = await operation.endpoint(call)
            if not response.prepared:
                response.headers.update(headers(taken, now))
            return response

        return guarded(handle)

    methods: dict[str, list[str]] = defaultdict(list)
    for operation in OPERATIONS:
        app.router.add_route(operation.method, operation.path, handler(operation))
        methods[operation.path].append(operation.method)
    for path, known in methods.items():
        app.router.add_route("OPTIONS", path, _preflight(known))
    for path, name in ((NO_AVATAR, "avatar.png"), (NO_HEADER, "header.png")):
        app.router.add_get(path, _picture(name))
    app.router.register_resource(Slashes(app.router))

    async def finish(_: web.Application) -> None:
        await rechecks.finish()

    app.on_shutdown.append(hub.stop)
    app.on_shutdown.append(finish)


def _preflight(known: list[str]) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        return preflight(known)

    return handle


def _picture(name: str) -> Handler:
    # Read now: a request must not wait for the disk.
    octets = (resources.files("fedi_cotweet.mastodon_api") / "missing" / name).read_bytes()

    async def handle(_: web.Request) -> web.StreamResponse:
        return web.Response(
            body=octets,
            content_type="image/png",
            headers={
                "Cache-Control": "public, max-age=86400",
                "Access-Control-Allow-Origin": "*",
                "X-Content-Type-Options": "nosniff",
            },
        )

    return handle
