"""Other servers as one process: every port is a host, every POST is taken, arrivals are counted.

``python -m benchmarks.sink CONTROL_PORT PORT...``. ``GET /`` of the control port gives
``{"arrived": N, "last_at": S}``, S on the machine's monotonic clock; ``POST /`` there starts anew.
"""

from __future__ import annotations

import asyncio
import sys
import time

import orjson
from aiohttp import web


async def main(control: int, ports: list[int]) -> None:
    """Serve until killed."""
    seen = {"arrived": 0, "last_at": 0.0}

    async def take(request: web.BaseRequest) -> web.Response:
        await request.read()
        seen["arrived"] += 1
        seen["last_at"] = time.monotonic()
        return web.Response(status=202)

    async def tell(request: web.BaseRequest) -> web.Response:
        if request.method == "POST":
            seen.update(arrived=0, last_at=0.0)
        return web.Response(body=orjson.dumps(seen), content_type="application/json")

    loop = asyncio.get_running_loop()
    hosts = web.Server(take)
    for port in ports:
        await loop.create_server(hosts, "127.0.0.1", port)
    await loop.create_server(web.Server(tell), "127.0.0.1", control)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
