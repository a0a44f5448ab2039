"""Servers of the kit: they serve what they are told to, right or wrong, and keep what comes.

The project's own tests use them too.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Self

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.conformance.people import Person

Clock = Callable[[], int]
Route = Callable[[web.Request], Awaitable[web.StreamResponse]]


def hold_port() -> tuple[int, socket.socket]:
    """A port of our own, kept from others as long as the socket lives, free to listen on."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return int(held.getsockname()[1]), held


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server under test answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The stable code in an error for programs, empty for none."""
        try:
            return str(self.json.get("error", ""))
        except (ValueError, AttributeError):
            return ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A POST to an inbox here, word for word."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    activity: dict[str, Any]


@dataclass
class Origin:
    """A server that answers ``routes`` and keeps what was asked and sent. ``base`` is its URL.

    It listens on ``listen``:``port``; ``public`` is how others reach it, where that differs.
    ``serial`` begins every identifier it mints: a server under test remembers those of last time.
    """

    port: int
    clock: Clock
    listen: str = "127.0.0.1"
    public: str = ""
    serial: str = ""
    ssl_context: ssl.SSLContext | None = None
    """What is trusted when this server asks others; None for the system's authorities."""
    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    """What came to any inbox here."""
    letters: list[Letter] = field(default_factory=list)
    """The same with everything around it."""
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Host, and port if it is not the scheme's."""
        return self.base.partition("://")[2]

    @property
    def base(self) -> str:
        """Its address."""
        return self.public or f"http://{self.listen}:{self.port}"

    def person(self, name: str) -> Person:
        """Somebody here, whose document is served from now on."""
        if name not in self.people:
            self.people[name] = Person(self, name, f"{name}@{self.port}")
            self.people[name].serve()
        return self.people[name]

    def serve(
        self,
        document: Mapping[str, Any] | bytes,
        *,
        at: str | None = None,
        status: int = 200,
        media_type: str = ACTIVITY_JSON,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Answer GETs of the document's ``id`` (or ``at``) with it; the URL."""
        if at is None:
            assert not isinstance(document, bytes), "octets have no id: say where"
            at = str(document["id"])
        octets = document if isinstance(document, bytes) else json.dumps(document).encode()

        async def answer(_: web.Request) -> web.Response:
            return web.Response(
                status=status,
                body=octets,
                headers={"Content-Type": media_type, **(headers or {})},
            )

        self.routes[self._path(at)] = answer
        return at

    def redirect(self, url: str, to: str) -> str:
        """Answer GETs of ``url`` with a redirect."""

        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": to})

        self.routes[self._path(url)] = answer
        return url

    def fail(self, url: str, status: int) -> None:
        """Answer GETs of ``url`` with an error."""
        self.serve(b"", at=url, status=status, media_type="text/plain")

    def forget(self, url: str) -> None:
        """404 from now on."""
        self.routes.pop(self._path(url), None)

    def times_asked(self, url: str) -> int:
        """How often somebody tried to read ``url``."""
        return sum(request.path_qs == self._path(url) for request in self.asked)

    def received_of(self, *kinds: str) -> list[dict[str, Any]]:
        """The activities of these types that came, in order."""
        return [activity for activity in self.received if activity["type"] in kinds]

    def _path(self, url: str) -> str:
        assert url.startswith(self.base), f"{url} is not on {self.base}"
        return url.removeprefix(self.base)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | None],
        body: bytes | None,
        *,
        twice: Mapping[str, str] | None = None,
        chunked: bool = False,
    ) -> Reply:
        """A request from this server; headers that are None are left out."""
        sent = CIMultiDict((name, value) for name, value in headers.items() if value is not None)
        sent.extend(twice or {})
        data = _pieces(body) if chunked and body is not None else BytesIO(body or b"")
        automatic = {"Content-Type", "User-Agent", "Accept"}
        async with (
            aiohttp.ClientSession(skip_auto_headers=automatic) as session,
            session.request(
                method,
                URL(url, encoded=True),
                data=data,
                headers=sent,
                allow_redirects=False,
                ssl=self.ssl_context or True,
            ) as answer,
        ):
            return Reply(answer.status, dict(answer.headers), await answer.read())

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/.well-known/webfinger", self._webfinger)
        app.router.add_get("/{path:.*}", self._get)
        app.router.add_post("/{path:.*}", self._post)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.listen, self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _webfinger(self, request: web.Request) -> web.Response:
        name = request.query.get("resource", "").removeprefix("acct:").split("@")[0]
        if name not in self.people:
            raise web.HTTPNotFound
        document = {
            "subject": f"acct:{name}@{self.host}",
            "links": [{"rel": "self", "type": ACTIVITY_JSON, "href": self.people[name].id}],
        }
        return web.json_response(document, content_type="application/jrd+json")

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        route = self.routes.get(request.path_qs)
        if route is None:
            return web.Response(status=404, text="nothing here")
        return await route(request)

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            activity = json.loads(body)
        except ValueError:
            return web.Response(status=400, text="this is not JSON")
        if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
            return web.Response(status=400, text="this is no activity")
        self.received.append(activity)
        self.letters.append(Letter(request.path, dict(request.headers), body, activity))
        return web.Response(status=202)


async def _pieces(body: bytes) -> Any:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]
