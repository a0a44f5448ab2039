"""Where all settings begin."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.web.settings.framing import framed
from fedi_cotweet.web.visits import Visit


async def show(visit: Visit) -> web.Response:
    """What there is to settle."""
    return framed(visit, visit.need_viewer(), "overview")
