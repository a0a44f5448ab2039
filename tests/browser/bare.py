"""A site that shows HTML of others as it came, as careless feed readers do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from tests.ports import free_port


@asynccontextmanager
async def bare(documents: Mapping[str, str]) -> AsyncIterator[str]:
    """Serve documents by name, without any policy; the address."""

    async def show(request: web.Request) -> web.Response:
        text = documents.get(request.match_info["name"])
        if text is None:
            raise web.HTTPNotFound
        return web.Response(text=text, content_type="text/html")

    application, port = web.Application(), free_port()
    application.router.add_get("/{name}", show)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()
