"""The plain server's pages, documents and inboxes as an aiohttp application."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import orjson
from aiohttp import web

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.signatures.keys import generate_rsa, load_private, public_pem
from activitypub.signatures.request import SignedRequest
from activitypub.verdicts import Refused
from activitypub.vocab.reading import format_time, host_of, parse_json
from activitypub.vocab.terms import ACTIVITY_JSON, AS2, SECURITY_V1
from demo.plain_server import records
from demo.plain_server.feed import home_timeline
from demo.plain_server.inbox import Inbox
from demo.plain_server.network import Network
from demo.plain_server.pages import timeline_page
from demo.plain_server.store import Store

MAX_BODY = 1_048_576
TOKEN_FILE = "control-token"


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class PlainServer:
    """The handlers. ``people`` have accounts; ``token`` opens ``/control``."""

    def __init__(
        self,
        base: str,
        people: Sequence[str],
        store: Store,
        client: FederationClient,
        token: str,
        clock: Callable[[], int],
        pause: int,
    ) -> None:
        self._base, self._people, self._store, self._token = base, tuple(people), store, token
        self._network = Network(base, store, client, clock)
        self.inbox = Inbox(base, self._people, store, self._network, clock, pause)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/.well-known/webfinger", self.webfinger),
            web.get("/users/{name}", self.actor),
            web.get("/users/{name}/{collection:outbox|followers|following}", self.collection),
            web.post("/users/{name}/inbox", self.receive),
            web.post("/inbox", self.receive),
            web.get("/timeline/{name}.json", self.timeline_json),
            web.get("/timeline/{name}", self.timeline),
            web.post("/control/follow", self.follow),
            web.get("/control/outcomes", self.outcomes),
        ]

    def _name(self, request: web.Request) -> str:
        name = request.match_info["name"]
        if name not in self._people:
            raise web.HTTPNotFound
        return name

    async def webfinger(self, request: web.Request) -> web.Response:
        resource = request.query.get("resource", "")
        for name in self._people:
            actor = f"{self._base}/users/{name}"
            subject = f"acct:{name}@{host_of(self._base)}"
            if resource in (subject, actor):
                link = {"rel": "self", "type": ACTIVITY_JSON, "href": actor}
                jrd = {"subject": subject, "aliases": [actor], "links": [link]}
                return _json(jrd, "application/jrd+json")
        raise web.HTTPNotFound

    async def actor(self, request: web.Request) -> web.Response:
        name = self._name(request)
        actor = f"{self._base}/users/{name}"
        pem = await self._store.run(lambda tx: records.private_key(tx, name))
        assert pem is not None
        document = {
            "@context": [AS2, SECURITY_V1, _LOCKED],
            "id": actor,
            "type": "Person",
            "preferredUsername": name,
            "name": name.capitalize(),
            "summary": "",
            "url": f"{self._base}/timeline/{name}",
            "inbox": f"{actor}/inbox",
            "outbox": f"{actor}/outbox",
            "followers": f"{actor}/followers",
            "following": f"{actor}/following",
            "endpoints": {"sharedInbox": f"{self._base}/inbox"},
            # Nobody here posts, so requests to follow stay unanswered.
            "manuallyApprovesFollowers": True,
            "published": "2026-01-01T00:00:00Z",
            "publicKey": {
                "id": f"{actor}#main-key",
                "owner": actor,
                "publicKeyPem": public_pem(load_private(pem).public_key()),
            },
        }
        return _json(document, ACTIVITY_JSON)

    async def collection(self, request: web.Request) -> web.Response:
        name, kind = self._name(request), request.match_info["collection"]
        document = {
            "@context": AS2,
            "id": f"{self._base}/users/{name}/{kind}",
            "type": "OrderedCollection",
            "totalItems": 0,
            "orderedItems": [],
        }
        return _json(document, ACTIVITY_JSON)

    async def receive(self, request: web.Request) -> web.Response:
        personal = self._name(request) if "name" in request.match_info else None
        signed = SignedRequest.of(
            request.method,
            f"{self._base}{request.raw_path}",
            [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in request.raw_headers
            ],
            await request.read(),
        )
        status, reason = await self.inbox.receive(signed, personal)
        return web.Response(status=status, text=f"{reason}\n")

    async def timeline_json(self, request: web.Request) -> web.Response:
        name = self._name(request)
        entries = await self._store.run(lambda tx: home_timeline(tx, name))
        shown = [
            {
                **asdict(entry),
                "published_at": format_time(entry.published_at),
                "updated_at": None if entry.updated_at is None else format_time(entry.updated_at),
            }
            for entry in entries
        ]
        return _json({"person": name, "entries": shown}, "application/json")

    async def timeline(self, request: web.Request) -> web.Response:
        name = self._name(request)
        entries = await self._store.run(lambda tx: home_timeline(tx, name))
        return web.Response(
            text=timeline_page(name, host_of(self._base) or "", entries),
            content_type="text/html",
            headers={
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
            },
        )

    def _require_control(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").encode()
        if request.remote not in ("127.0.0.1", "::1"):
            raise web.HTTPForbidden
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            raise web.HTTPUnauthorized

    async def follow(self, request: web.Request) -> web.Response:
        self._require_control(request)
        person = request.query.get("person", self._people[0])
        if person not in self._people:
            raise web.HTTPNotFound
        result = await self._network.follow(person, request.query.get("handle", ""))
        if isinstance(result, Refused):
            return _json({"error": result.code, "reason": result.reason}, "application/json", 422)
        return _json({"follow": result}, "application/json")

    async def outcomes(self, request: web.Request) -> web.Response:
        """What became of the newest deliveries, and why."""
        self._require_control(request)
        rows = await self._store.run(lambda tx: records.outcomes(tx, 100))
        shown = []
        for signer, outcome, body in rows:
            document = parse_json(body)
            about = {"type": document.get("type"), "id": document.get("id")}
            shown.append({**about, "signer": signer, "outcome": outcome})
        return _json({"outcomes": shown}, "application/json")


_LOCKED = {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers"}


def _json(document: object, content_type: str, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(document), content_type=content_type, status=status)


def make_app(
    base: str,
    data: Path,
    people: Sequence[str],
    *,
    clock: Callable[[], int] = now_ms,
    pause: int = 1000,
) -> web.Application:
    """The application at ``base`` with its files in ``data``; both must be there.

    ``people`` get accounts if they have none. ``pause``: see ``Inbox``.
    """
    store = Store(data / "plain.sqlite3")
    client = FederationClient(
        f"plain_server/1.0 (+{base}/)", AddressPolicy(development=True), clock
    )
    server = PlainServer(base, people, store, client, control_token(data), clock, pause)

    async def running(app: web.Application) -> AsyncIterator[None]:
        for name in people:
            await _settle(store, name)
        worker = asyncio.create_task(server.inbox.work())
        yield
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
        await client.close()
        store.close()

    app = web.Application(client_max_size=MAX_BODY)
    app.cleanup_ctx.append(running)
    app.add_routes(server.routes())
    return app


async def _settle(store: Store, name: str) -> None:
    pem = await asyncio.to_thread(generate_rsa)
    await store.run(lambda tx: records.add_person(tx, name, pem))


def control_token(data: Path) -> str:
    """The token that opens ``/control``, made on first use and readable by its owner only."""
    path = data / TOKEN_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text()
