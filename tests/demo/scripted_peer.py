"""A server that does exactly what a test says, right or wrong, over real HTTP."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any, Self

import aiohttp
from aiohttp import web

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import SigningKey, generate_rsa, load_private, public_pem
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import ACTIVITY_JSON, AS2, PUBLIC, SECURITY_V1
from demo.plain_server.app import now_ms

SERIAL = itertools.count(1)


@lru_cache
def pem(which: str) -> str:
    """An RSA key per name: making one takes long enough to share them."""
    return generate_rsa()


def loopback(port: int = 0) -> socket.socket:
    """A socket bound to this port, or to a free one."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening


@dataclass(frozen=True, slots=True)
class Person:
    """An actor of a peer and what it could say. Nothing is signed or sent by making it."""

    base: str
    name: str
    key_name: str = "first"

    @property
    def id(self) -> str:
        return f"{self.base}/users/{self.name}"

    @property
    def handle(self) -> str:
        return f"@{self.name}@" + self.base.removeprefix("http://")

    @property
    def key(self) -> SigningKey:
        return SigningKey(f"{self.id}#main-key", load_private(pem(self.key_name)))

    def document(self) -> dict[str, Any]:
        return {
            "@context": [AS2, SECURITY_V1],
            "id": self.id,
            "type": "Person",
            "preferredUsername": self.name,
            "inbox": f"{self.id}/inbox",
            "outbox": f"{self.id}/outbox",
            "followers": f"{self.id}/followers",
            "following": f"{self.id}/following",
            "publicKey": {
                "id": self.key.key_id,
                "owner": self.id,
                "publicKeyPem": public_pem(self.key.private.public_key()),
            },
        }

    def mint(self, path: str) -> str:
        return f"{self.base}/{path}/{next(SERIAL)}"

    def note(self, content: str = "<p>Hello.</p>", **members: Any) -> dict[str, Any]:
        return {
            "@context": AS2,
            "id": self.mint("notes"),
            "type": "Note",
            "attributedTo": self.id,
            "to": [PUBLIC],
            "cc": [f"{self.id}/followers"],
            "content": content,
            "published": format_time(now_ms()),
        } | members

    def activity(self, kind: str, thing: Any, **members: Any) -> dict[str, Any]:
        return {
            "@context": AS2,
            "id": self.mint("activities"),
            "type": kind,
            "actor": self.id,
            "object": thing,
        } | members

    def create(self, note: Mapping[str, Any]) -> dict[str, Any]:
        return self.activity("Create", note, to=note["to"], cc=note.get("cc", []))

    def announce(self, note_id: str) -> dict[str, Any]:
        return self.activity(
            "Announce",
            note_id,
            to=[PUBLIC],
            cc=[f"{self.id}/followers"],
            published=format_time(now_ms()),
        )


@dataclass
class Peer:
    """Serves ``documents`` by path (see ``serve``), keeps what its inboxes receive."""

    listening: socket.socket = field(default_factory=loopback)
    documents: dict[str, tuple[int, str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and ``Signature`` header of every GET."""
    received: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def person(self, name: str, key_name: str = "first") -> Person:
        """Make an actor whose document can be fetched."""
        self.people[name] = Person(self.base, name, key_name)
        self.serve(self.people[name].document())
        return self.people[name]

    def serve(
        self,
        document: Mapping[str, Any],
        *,
        status: int = 200,
        kind: str = ACTIVITY_JSON,
        at: str = "",
    ) -> str:
        """Answer GETs of the document's id (or ``at``) with it; the URL."""
        url = at or str(document["id"])
        self.documents[url.removeprefix(self.base)] = (status, kind, document)
        return url

    def times_asked(self, url: str) -> int:
        return [path for path, _ in self.asked].count(url.removeprefix(self.base))

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/.well-known/webfinger", self._webfinger)
        app.router.add_get("/{path:.*}", self._get)
        app.router.add_post("/{path:.*}", self._post)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.SockSite(self._runner, self.listening).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        self.listening.close()

    async def _webfinger(self, request: web.Request) -> web.Response:
        name = request.query["resource"].removeprefix("acct:").split("@")[0]
        if name not in self.people:
            raise web.HTTPNotFound
        link = {"rel": "self", "type": ACTIVITY_JSON, "href": self.people[name].id}
        document = {"subject": request.query["resource"], "links": [link]}
        return web.json_response(document, content_type="application/jrd+json")

    async def _get(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers.get("Signature", "")))
        status, kind, document = self.documents.get(request.path, (404, "text/plain", {}))
        return web.Response(
            status=status, body=json.dumps(document).encode(), headers={"Content-Type": kind}
        )

    async def _post(self, request: web.Request) -> web.Response:
        self.received.append(await request.json())
        return web.Response(status=202)


async def post(
    inbox: str,
    activity: Mapping[str, Any] | bytes,
    by: Person,
    *,
    at: int | None = None,
    change: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> int:
    """The status of a delivery signed by ``by``; ``change`` headers or ``body`` after signing."""
    octets = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
    headers = sign_cavage("POST", inbox, octets, by.key, now_ms() if at is None else at)
    sent = headers | {"Content-Type": ACTIVITY_JSON} | dict(change or {})
    sent = {name: value for name, value in sent.items() if value}
    async with (
        aiohttp.ClientSession() as session,
        session.post(inbox, data=BytesIO(octets if body is None else body), headers=sent) as answer,
    ):
        return answer.status
