"""Everything of an account in one file."""

from __future__ import annotations

import asyncio

from aiohttp import web

from fedi_cotweet.services import archives
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.web.headers import PRIVATE_PAGE_HEADERS
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit

SECTION = "archive"


async def show(visit: Visit) -> web.Response:
    """How far the last one is."""
    return await _page(visit, visit.need_viewer())


async def ask(visit: Visit) -> web.Response:
    """Have one made."""
    viewer = visit.need_viewer()
    await visit.own_form(viewer)
    try:
        await visit.site.write(lambda tx: archives.ask(tx, visit.env, viewer.account_id))
    except ServiceError as error:
        return await _page(visit, viewer, error)
    return saved(SECTION, "archive_asked")


async def take(visit: Visit) -> web.StreamResponse:
    """The file."""
    viewer = visit.need_viewer()
    held = await visit.site.read(lambda tx: archives.ready(tx, visit.env, viewer.account_id))
    path = archives.path_of(visit.site.settings, held.token)
    if not await asyncio.to_thread(path.is_file):
        raise not_found("archive")
    name = viewer.view.viewer.handle.partition("@")[0]
    headers = dict(PRIVATE_PAGE_HEADERS) | {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{name}.zip"',
    }
    return web.FileResponse(path, headers=headers)


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    held = await visit.site.read(lambda tx: archives.of(tx, visit.env, viewer.account_id))
    again = (
        held is None
        or held.state == "failed"
        or held.asked_at + archives.AGAIN_AFTER <= visit.env.now()
    )
    return framed(visit, viewer, SECTION, error, held=held, again=again)
