"""Who hangs up while more of their request is waited for: no fault of ours."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler


@web.middleware
async def hanging_up(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outside all others. Else a stranger's every broken connection is a traceback in the log."""
    try:
        return await handler(request)
    except ConnectionError:
        if request.transport is not None and not request.transport.is_closing():
            raise  # another connection than theirs
        return web.Response(status=400)  # nobody reads it
