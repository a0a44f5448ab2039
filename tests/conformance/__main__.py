"""Starts a server of ours and tries it with the command line: ``python -m tests.conformance``.

The server's clock can run ahead, so its driver is asked over HTTP, as that of others would be.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog
from aiohttp import web

from tests.conformance.target import Tried, open_target


async def serve_driver(tried: Tried) -> tuple[web.AppRunner, str]:
    """The driver as an address; what serves it."""
    driver = tried.driver()

    async def ask(request: web.Request) -> web.Response:
        return web.json_response(dict(await driver.ask(await request.json())))

    async def close(_: web.Application) -> None:
        await driver.close()

    app = web.Application()
    app.router.add_post("/", ask)
    app.on_cleanup.append(close)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/"


async def main(arguments: Sequence[str]) -> int:
    """The exit code of the command."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        async with open_target(Path(folder) / "data") as tried:
            runner, driver = await serve_driver(tried)
            command = [sys.executable, "-m", "fedi_cotweet.cli.main", "--data", folder]
            command += ["conformance", tried.actor, "--driver", driver, *arguments]
            process = await asyncio.create_subprocess_exec(*command)
            try:
                return await process.wait()
            finally:
                await runner.cleanup()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(sys.argv[1:])))
