"""How pages look to somebody, and their profile to everybody."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services import appearances
from fedi_cotweet.services.appearances import ACCENTS, Look
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit

SECTION = "appearance"


async def show(visit: Visit) -> web.Response:
    """What they chose."""
    viewer = visit.need_viewer()
    look = await visit.site.read(lambda tx: appearances.of(tx, viewer.account_id))
    return framed(visit, viewer, SECTION, look=look, accents=ACCENTS)


async def change(visit: Visit) -> web.Response:
    """Choose."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    look = Look(
        accent=fields.get("accent", ""),
        scheme=fields.get("scheme", ""),
        still="still" in fields,
        language=fields.get("language", ""),
    )
    await visit.site.write(lambda tx: appearances.change(tx, viewer.account_id, look))
    return saved(SECTION, "appearance")
