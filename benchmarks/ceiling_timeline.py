"""As little as a home timeline can do: look up the token, read 40 ids and what the reader did with
those posts, put ready documents together.

The documents are those that the real server answered before; nobody's blocks are asked for, no
post is looked at, nothing here ever changes.

``python -m benchmarks.ceiling_timeline PORT DATABASE PAGES`` (PAGES: JSON, a list of pages).
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

_TOKEN = "SELECT account_id FROM access_tokens WHERE token_hash = ? AND revoked_at IS NULL"
_HOME = """
SELECT h.sort_id,
    EXISTS (SELECT 1 FROM likes WHERE actor_id = h.account_id AND post_id = h.post_id),
    EXISTS (SELECT 1 FROM boosts WHERE actor_id = h.account_id AND post_id = h.post_id),
    EXISTS (SELECT 1 FROM bookmarks WHERE account_id = h.account_id AND post_id = h.post_id)
FROM home h WHERE h.account_id = ? ORDER BY h.sort_id DESC LIMIT 40
"""
_FLAGS = tuple(
    b',"favourited":%s,"reblogged":%s,"bookmarked":%s}'
    % tuple(b"true" if number & bit else b"false" for bit in (4, 2, 1))
    for number in range(8)
)


def ready(file: Path) -> dict[int, bytes]:
    """Each status without what is only its reader's, and without the last brace."""
    pages: list[list[dict[str, Any]]] = orjson.loads(file.read_bytes())
    found = {}
    for status in (status for page in pages for status in page):
        own = ("favourited", "reblogged", "bookmarked")
        shared = {name: value for name, value in status.items() if name not in own}
        found[int(status["id"])] = orjson.dumps(shared)[:-1]
    return found


async def main(port: int, database: str, documents: dict[int, bytes]) -> None:
    """Serve until killed."""
    held = sqlite3.connect(f"file:{database}?mode=ro", uri=True)

    async def home(request: web.BaseRequest) -> web.Response:
        given = request.headers.get("Authorization")
        if given is None:
            return web.Response()
        token = hashlib.sha256(given.partition(" ")[2].encode()).hexdigest()
        row = held.execute(_TOKEN, (token,)).fetchone()
        if row is None:
            return web.Response(status=401)
        body = b",".join(
            documents[place] + _FLAGS[liked << 2 | boosted << 1 | kept]
            for place, liked, boosted, kept in held.execute(_HOME, row)
        )
        return web.Response(body=b"[" + body + b"]", content_type="application/json")

    server = web.Server(home)
    await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], ready(Path(sys.argv[3]))))
