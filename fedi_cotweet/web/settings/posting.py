"""What holds for somebody's new posts unless they say otherwise."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services import posting_defaults
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.posting_defaults import Defaults
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit

SECTION = "posting"


async def show(visit: Visit) -> web.Response:
    """What holds now."""
    return await _page(visit, visit.need_viewer())


async def change(visit: Visit) -> web.Response:
    """Settle it for posts from now on."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    wanted = Defaults(
        visibility=fields.get("visibility", "public"),
        sensitive="sensitive" in fields,
        language=fields.get("language", "").strip(),
        quote_policy=fields.get("quote_policy", "public"),
    )
    try:
        await visit.site.write(lambda tx: posting_defaults.change(tx, viewer.account_id, wanted))
    except ServiceError as error:
        return await _page(visit, viewer, error, wanted)
    return saved(SECTION, "posting")


async def _page(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, typed: Defaults | None = None
) -> web.Response:
    held = await visit.site.read(lambda tx: posting_defaults.of(tx, viewer.account_id))
    filled = typed or Defaults(
        held.posting_visibility or "public",
        held.posting_sensitive,
        held.posting_language or "",
        held.quote_policy,
    )
    return framed(visit, viewer, SECTION, error, filled=filled)
