"""A scripted sender with known keys: what it sends may be broken in exactly one place.

Two people live on one small HTTP server, ``mallory`` and ``trent``; their actor documents can be
fetched, so a judge that refuses one of their requests does so for the broken place alone.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from activitypub.signatures import cavage, keys, rfc9421
from activitypub.signatures.keys import SigningKey
from activitypub.signatures.request import SignedRequest
from activitypub.vocab import terms


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Person:
    """One actor of the forger: ``http_key`` signs requests, ``proof_key`` documents."""

    def __init__(self, base: str, name: str) -> None:
        self.id = f"{base}/users/{name}"
        rsa, ed25519 = keys.generate_rsa(), keys.generate_ed25519()
        self.http_key = SigningKey(f"{self.id}#main-key", keys.load_private(rsa))
        self.proof_key = SigningKey(f"{self.id}#ed25519-key", keys.load_private(ed25519))
        self.document: dict[str, Any] = {
            "@context": terms.actor_context(),
            "id": self.id,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{self.id}/inbox",
            "outbox": f"{self.id}/outbox",
            "publicKey": {
                "id": self.http_key.key_id,
                "owner": self.id,
                "publicKeyPem": keys.public_pem(self.http_key.private.public_key()),
            },
            "assertionMethod": [
                {
                    "id": self.proof_key.key_id,
                    "type": "Multikey",
                    "controller": self.id,
                    "publicKeyMultibase": keys.encode_multikey(self.proof_key.private.public_key()),
                }
            ],
        }


class Forger:
    """Serves its people and posts for them. Close it, or use it in a ``with``.

    ``requests`` are the deliveries to its people's inboxes, all answered with 202.
    """

    def __init__(self) -> None:
        documents: dict[str, bytes] = {}
        self.requests: list[SignedRequest] = []
        requests, base = self.requests, self._base

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                url = base() + self.path
                requests.append(SignedRequest.of("POST", url, self.headers.items(), body))
                self.send_response(202)
                self.end_headers()

            def do_GET(self) -> None:
                body = documents.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", terms.ACTIVITY_JSON)
                self.end_headers()
                self.wfile.write(body or b"{}")

            def log_message(self, *_: object) -> None:
                """Silent: the judge's own log is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.base = self._base()
        self.mallory, self.trent = Person(self.base, "mallory"), Person(self.base, "trent")
        for person in (self.mallory, self.trent):
            documents[urlsplit(person.id).path] = json.dumps(person.document).encode()

    def _base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def create(self, by: Person, content: str = "<p>I said this.</p>") -> dict[str, Any]:
        """An unsigned ``Create`` of a public note, new every time."""
        note = f"{self.base}/notes/{time.time_ns()}"
        return {
            "@context": [terms.AS2, terms.SECURITY_V1, terms.DATA_INTEGRITY_V1],
            "id": f"{note}/activity",
            "type": "Create",
            "actor": by.id,
            "to": [terms.PUBLIC],
            "object": {
                "id": note,
                "type": "Note",
                "attributedTo": by.id,
                "to": [terms.PUBLIC],
                "content": content,
            },
        }

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Forger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sign(profile: str, url: str, body: bytes, key: SigningKey, at: int) -> dict[str, str]:
    """Headers of a POST, signed with one of the two profiles."""
    if profile == "cavage":
        return dict(cavage.sign_cavage("POST", url, body, key, at))
    return dict(rfc9421.sign_rfc9421("POST", url, body, key, at))


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of a POST that sends exactly these octets and headers."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        lower = {name.lower() for name in headers}
        connection.putrequest(
            "POST", parts.path, skip_host="host" in lower, skip_accept_encoding=True
        )
        for name, value in headers.items():
            connection.putheader(name, value)
        if "content-type" not in lower:
            connection.putheader("Content-Type", terms.ACTIVITY_JSON)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse().status
    finally:
        connection.close()
