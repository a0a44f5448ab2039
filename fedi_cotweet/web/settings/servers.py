"""Whole servers that somebody wants nothing from."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services import relations
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.hosts import host_named
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit
from storage.queries import relations as stored

SECTION = "servers"


async def show(visit: Visit) -> web.Response:
    """Which they are."""
    return await _page(visit, visit.need_viewer())


async def block(visit: Visit) -> web.Response:
    """One more; follows with people there end."""
    viewer = visit.need_viewer()
    given = (await visit.own_form(viewer)).get("host", "")
    try:
        host = host_named(given)
        await visit.site.write(
            lambda tx: relations.block_host(tx, visit.env, viewer.account_id, host)
        )
    except ServiceError as error:
        return await _page(visit, viewer, error, given)
    return saved(SECTION, "server_blocked")


async def unblock(visit: Visit) -> web.Response:
    """One less."""
    viewer = visit.need_viewer()
    host = (await visit.own_form(viewer)).get("host", "")
    await visit.site.write(
        lambda tx: relations.unblock_host(tx, visit.env, viewer.account_id, host)
    )
    return saved(SECTION, "server_unblocked")


async def _page(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, typed: str = ""
) -> web.Response:
    held = await visit.site.read(lambda tx: stored.host_blocks_by(tx, viewer.account_id))
    return framed(visit, viewer, SECTION, error, held=held, typed=typed)
