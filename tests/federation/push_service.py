"""A strict push service, and an app behind it that reads what comes.

It knows RFC 8030, RFC 8291 and RFC 8292 from libraries of others (http-ece, PyJWT) and takes
nothing that is not so.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fedi_cotweet.services.push_encryption import decode, encode


@dataclass
class PushService:
    """Takes pushes at ``/push/NAME``. ``answers``: what it says first; then 201."""

    clock: Callable[[], int]
    base: str = ""
    server_key: str = ""
    answers: list[web.Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Who was asked for, whatever the answer."""
    got: list[dict[str, Any]] = field(default_factory=list)
    """What its apps read."""
    raw: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    """What came, as it came."""
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    def keys(self) -> dict[str, str]:
        """What an app tells a server."""
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return {"p256dh": encode(point), "auth": encode(self.auth)}

    def subscription(self, name: str = "app", *, standard: bool = True) -> dict[str, Any]:
        """The same with the address."""
        return {
            "endpoint": f"{self.base}/push/{name}",
            "keys": self.keys(),
            "standard": standard,
        }

    async def take(self, request: web.Request) -> web.Response:
        """One push."""
        self.asked.append(request.match_info["name"])
        if self.answers:
            return self.answers.pop(0)
        body, headers = await request.read(), request.headers
        self.raw.append((body, dict(headers)))
        assert (headers["TTL"], headers["Urgency"]) == ("172800", "normal")
        assert headers["Content-Type"] == "application/octet-stream"
        assert "Signature" not in headers
        assert len(body) <= 4096
        if headers["Content-Encoding"] == "aes128gcm":
            scheme, _, parameters = headers["Authorization"].partition(" ")
            assert scheme == "vapid"
            given = dict(part.strip().split("=", 1) for part in parameters.split(","))
            self._verify(given["t"], given["k"])
            text = http_ece.decrypt(
                body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
            )
        else:
            assert headers["Content-Encoding"] == "aesgcm"
            given = dict(part.split("=", 1) for part in headers["Crypto-Key"].split(";"))
            scheme, _, token = headers["Authorization"].partition(" ")
            assert scheme == "WebPush"
            self._verify(token, given["p256ecdsa"])
            text = http_ece.decrypt(
                body,
                salt=decode(headers["Encryption"].removeprefix("salt=")),
                private_key=self.private,
                dh=decode(given["dh"]),
                auth_secret=self.auth,
                version="aesgcm",
            )
        self.got.append(json.loads(text))
        return web.Response(status=201)

    def _verify(self, token: str, key: str) -> None:
        assert key == self.server_key
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key))
        assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "ES256"}
        # The clock of the test stands still: its time is compared by hand.
        claims = jwt.decode(
            token,
            public,
            algorithms=["ES256"],
            audience=self.base,
            options={"verify_exp": False, "require": ["aud", "exp", "sub"]},
        )
        assert 0 < claims["exp"] - self.clock() // 1_000 <= 24 * 3_600
        assert claims["sub"].startswith(("mailto:", "http"))


@asynccontextmanager
async def push_service(clock: Callable[[], int]) -> AsyncIterator[PushService]:
    """One that listens."""
    service = PushService(clock)
    app = web.Application()
    app.router.add_post("/push/{name}", service.take)
    server = TestServer(app)
    await server.start_server()
    try:
        service.base = f"http://127.0.0.1:{server.port}"
        yield service
    finally:
        await server.close()
