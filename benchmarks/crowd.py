"""Five hundred other servers as one process: each port is one of them, with its own manners.

``python -m benchmarks.crowd CONTROL_PORT < {"well": [ports], "slow": [...], "busy": [...],
"silent": [...]}``. ``well`` take what they get, ``slow`` take it and say so 25 s later, ``busy``
answer 429 or 503 with ``Retry-After`` the first time, ``silent`` accept connections and never
answer. Those that are not there at all need no process.

The control port: ``GET /`` says what came where, ``POST /fetch`` with a note's address has each of
them fetch it, signed, all at once, and says what they got.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import SigningKey, generate_rsa, load_private
from activitypub.vocab.terms import ACCEPT

SLOW_S = 25.0
RETRY_AFTER_S = 5
"""What the busy ask for."""


@dataclass
class Crowd:
    """What came to whom."""

    manners: dict[int, str]
    taken: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """By activity: how often each port took it, or was sent it at all."""
    last_at: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    """By activity and manners: when the last first copy came, on the machine's clock."""
    asked_to_wait: dict[int, float] = field(default_factory=dict)
    hasty: int = 0
    """Requests that came before the time that was asked for."""
    overtaken: int = 0
    """Activities that came after a later one."""
    newest: dict[int, int] = field(default_factory=dict)
    key: SigningKey = field(
        default_factory=lambda: SigningKey("http://127.0.0.1/key", load_private(generate_rsa()))
    )

    async def take(self, request: web.BaseRequest) -> web.Response:
        """An inbox."""
        body = await request.read()
        if request.method != "POST":
            return web.Response(status=404)
        port = int(request.transport.get_extra_info("sockname")[1]) if request.transport else 0
        manners, now = self.manners[port], time.monotonic()
        if manners == "busy":
            if now < self.asked_to_wait.get(port, 0):
                self.hasty += 1
            if port not in self.asked_to_wait:
                self.asked_to_wait[port] = now + RETRY_AFTER_S
                status = 429 if port % 2 else 503
                return web.Response(status=status, headers={"Retry-After": str(RETRY_AFTER_S)})
        document = orjson.loads(body)
        activity = str(document["id"])
        first = not self.taken[activity][port]
        self.taken[activity][port] += 1
        if first:
            self.last_at[activity][manners] = now
            number = int(document["object"]["id"].rpartition("/")[2])
            self.overtaken += number < self.newest.get(port, 0)
            self.newest[port] = max(number, self.newest.get(port, 0))
        if manners == "slow":
            await asyncio.sleep(SLOW_S)
        return web.Response(status=202)

    async def control(self, request: web.BaseRequest) -> web.Response:
        """What the experiment asks."""
        if request.method == "POST":
            return web.json_response(await self.fetch((await request.read()).decode()))
        return web.json_response(
            {
                "taken": self.taken,
                "last_at": self.last_at,
                "hasty": self.hasty,
                "overtaken": self.overtaken,
            }
        )

    async def fetch(self, url: str) -> dict[str, Any]:
        """The herd: everybody here fetches a post at the same moment."""
        hosts = [f"127.0.0.1:{port}" for port in self.manners]
        requests = []
        for host in hosts:
            key = SigningKey(f"http://{host}/actor#main-key", self.key.private)
            headers = {"Accept": ACCEPT, "User-Agent": f"Mastodon/4.5.0 (+http://{host}/)"}
            now = time.time_ns() // 1_000_000
            requests.append(sign_cavage("GET", url, None, key, now, headers))
        statuses: Counter[int] = Counter()
        took: list[float] = []
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def get(headers: dict[str, str]) -> None:
                began = time.monotonic()
                async with session.get(url, headers=headers) as answer:
                    await answer.read()
                    statuses[answer.status] += 1
                    took.append(time.monotonic() - began)

            await asyncio.gather(*(get(dict(headers)) for headers in requests))
        return {"statuses": statuses, "seconds": sorted(took)}


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(65_536):
        pass
    writer.close()


async def main(control: int, ports: dict[str, list[int]]) -> None:
    """Serve until killed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 8_192), hard), hard))
    loop = asyncio.get_running_loop()
    crowd = Crowd({port: name for name, some in ports.items() for port in some})
    inboxes = web.Server(crowd.take)
    for port in ports.pop("silent"):
        await asyncio.start_server(_silent, "127.0.0.1", port)
    for some in ports.values():
        for port in some:
            await loop.create_server(inboxes, "127.0.0.1", port)
    await loop.create_server(web.Server(crowd.control), "127.0.0.1", control)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), json.loads(sys.argv[2])))
