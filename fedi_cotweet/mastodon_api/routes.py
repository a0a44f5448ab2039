"""All operations of the client API: where, for whom, with which scope.

Order matters: of two paths that fit, the first is taken.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import resources

from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet.mastodon_api import accounts, instance, statuses, timelines
from fedi_cotweet.mastodon_api.answers import preflight
from fedi_cotweet.mastodon_api.calls import Access, Call, authenticate
from fedi_cotweet.mastodon_api.entities.accounts import NO_AVATAR, NO_HEADER
from fedi_cotweet.mastodon_api.errors import guarded
from fedi_cotweet.services.rechecks import Rechecks
from fedi_cotweet.services.site import Site

Endpoint = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """``scope``: what a token must allow, several with ``|`` between them: one is enough."""

    method: str
    path: str
    access: Access
    scope: str | None
    endpoint: Endpoint


OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/instance", "everybody", None, instance.version_1),
        ("GET", "/api/v2/instance", "everybody", None, instance.version_2),
        ("GET", "/api/v1/instance/peers", "everybody", None, instance.peers),
        ("GET", "/api/v1/custom_emojis", "everybody", None, instance.custom_emojis),
        (
            "GET",
            "/api/v1/accounts/verify_credentials",
            "person",
            "read:accounts|profile",
            accounts.verify_credentials,
        ),
        (
            "GET",
            "/api/v1/accounts/relationships",
            "person",
            "read:follows",
            accounts.show_relationships,
        ),
        ("GET", "/api/v1/accounts/lookup", "everybody", "read:accounts", accounts.lookup),
        ("GET", "/api/v1/accounts", "everybody", "read:accounts", accounts.several),
        ("GET", "/api/v1/accounts/{id}", "everybody", "read:accounts", accounts.show),
        (
            "GET",
            "/api/v1/accounts/{id}/statuses",
            "everybody",
            "read:statuses",
            timelines.of_account,
        ),
        ("POST", "/api/v1/accounts/{id}/follow", "person", "write:follows", accounts.follow),
        ("POST", "/api/v1/accounts/{id}/unfollow", "person", "write:follows", accounts.unfollow),
        ("POST", "/api/v1/accounts/{id}/note", "person", "write:accounts", accounts.note),
        ("GET", "/api/v1/timelines/home", "person", "read:statuses", timelines.home),
        ("GET", "/api/v1/timelines/public", "everybody", "read:statuses", timelines.public),
        ("GET", "/api/v1/timelines/tag/{id}", "everybody", "read:statuses", timelines.with_tag),
        ("GET", "/api/v1/timelines/list/{id}", "person", "read:lists", timelines.of_list),
        ("GET", "/api/v1/statuses", "everybody", "read:statuses", statuses.several),
        ("POST", "/api/v1/statuses", "person", "write:statuses", statuses.create),
        ("GET", "/api/v1/statuses/{id}", "everybody", "read:statuses", statuses.show),
        ("DELETE", "/api/v1/statuses/{id}", "person", "write:statuses", statuses.delete),
        ("GET", "/api/v1/statuses/{id}/context", "everybody", "read:statuses", statuses.context),
    )
)


def setup(app: web.Application, site: Site) -> None:
    """Add the client API to an application."""
    rechecks, decoding = Rechecks(site), asyncio.Semaphore(1)

    def handler(operation: Operation) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            bearer = await authenticate(request, site, operation.access, operation.scope)
            return await operation.endpoint(Call(request, site, rechecks, decoding, bearer))

        return guarded(handle)

    methods: dict[str, list[str]] = defaultdict(list)
    for operation in OPERATIONS:
        app.router.add_route(operation.method, operation.path, handler(operation))
        methods[operation.path].append(operation.method)
    for path, known in methods.items():
        app.router.add_route("OPTIONS", path, _preflight(known))
    for path, name in ((NO_AVATAR, "avatar.png"), (NO_HEADER, "header.png")):
        app.router.add_get(path, _picture(name))

    async def finish(_: web.Application) -> None:
        await rechecks.finish()

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
