"""As little as an inbox can do: check digest and signature, parse, commit, answer.

No shapes are checked, no HTML is cleaned, nobody is looked up. What it does, it does as the real
server must: cavage with RSA, SQLite in WAL mode with ``synchronous=FULL``, answers after COMMIT.

``python -m benchmarks.ceiling_inbox PORT DATABASE KEYS`` (KEYS: JSON, key id to PEM).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import sqlite3
import sys
from pathlib import Path

import orjson
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

BATCH = 64
BATCH_SECONDS = 0.002

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE inbox_items (uri TEXT PRIMARY KEY);
CREATE TABLE posts (
    id INTEGER PRIMARY KEY, uri TEXT UNIQUE, author TEXT, content TEXT, document TEXT
);
CREATE INDEX posts_author ON posts (author, id);
CREATE TABLE home (post_id INTEGER PRIMARY KEY, account_id INTEGER);
"""

Row = tuple[str, str, str, str, str]


class Committer:
    """Group commit on the event loop: up to 64 rows or 2 ms share one fsync."""

    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []

    async def put(self, row: Row) -> None:
        """Returns once the row is on the disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((row, future))
        if len(self._waiting) == 1:
            loop.call_later(BATCH_SECONDS, self._commit)
        elif len(self._waiting) == BATCH:
            self._commit()
        await future

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        run = self._database.execute
        run("BEGIN IMMEDIATE")
        for (activity, *values), _ in batch:
            if run("INSERT OR IGNORE INTO inbox_items VALUES (?)", (activity,)).rowcount:
                made = run(
                    "INSERT INTO posts (uri, author, content, document) VALUES (?, ?, ?, ?)", values
                ).lastrowid
                run("INSERT INTO home VALUES (?, 1)", (made,))
        run("COMMIT")
        for _, future in batch:
            future.set_result(None)


def is_signed(request: web.BaseRequest, body: bytes, keys: dict[str, RSAPublicKey]) -> str:
    """The id of the key that signed. Raises for anything else than a good signature."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    if request.headers["Digest"] != f"SHA-256={digest}":
        raise ValueError("another body was signed")
    parameters: dict[str, str] = dict(_PARAMETER.findall(request.headers["Signature"]))
    lines = [
        f"(request-target): post {request.raw_path}"
        if name == "(request-target)"
        else f"{name}: {request.headers[name]}"
        for name in parameters["headers"].split()
    ]
    keys[parameters["keyId"]].verify(
        base64.b64decode(parameters["signature"]),
        "\n".join(lines).encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    return parameters["keyId"]


def load_keys(file: Path) -> dict[str, RSAPublicKey]:
    """The keys by id."""
    keys = {}
    for key_id, pem in json.loads(file.read_text()).items():
        key = load_pem_public_key(pem.encode())
        assert isinstance(key, RSAPublicKey)
        keys[key_id] = key
    return keys


async def main(port: int, database: str, keys: dict[str, RSAPublicKey]) -> None:
    """Serve until killed."""
    committer = Committer(database)

    async def receive(request: web.BaseRequest) -> web.Response:
        if request.method == "GET":
            return web.Response()
        body = await request.read()
        key_id = is_signed(request, body, keys)
        activity = orjson.loads(body)
        note, actor = activity["object"], activity["actor"]
        if key_id.partition("#")[0] != actor or note["attributedTo"] != actor:
            return web.Response(status=401)
        await committer.put((activity["id"], note["id"], actor, note["content"], body.decode()))
        return web.Response(status=202)

    server = web.Server(receive)
    await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], load_keys(Path(sys.argv[3]))))
