"""How pages look to somebody, and their profile and posts to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from fedi_cotweet.domain.colours import Tone, on_dark, on_light, read_colour
from fedi_cotweet.services import appearances
from fedi_cotweet.services.appearances import ACCENTS, OWN, Look
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.style_rules import MOST_CHARACTERS
from fedi_cotweet.web.dressing import sheet_path
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx

SECTION = "appearance"
FIRST_COLOUR = "#0b6656"
"""What the field for a colour begins with."""


async def show(visit: Visit) -> web.Response:
    """What they chose."""
    viewer = visit.need_viewer()
    return await _page(visit, viewer)


async def change(visit: Visit) -> web.Response:
    """Choose."""
    viewer = visit.need_viewer()
    look = _typed(await visit.own_form(viewer))
    try:
        await visit.site.write(lambda tx: appearances.change(tx, viewer.account_id, look))
    except ServiceError as error:
        return await _page(visit, viewer, look, error)
    return saved(SECTION, "appearance")


def _typed(fields: Mapping[str, str]) -> Look:
    accent = fields.get("accent", "")
    if accent == OWN:
        accent = read_colour(fields.get("colour", "")) or OWN
    return Look(
        accent=accent,
        scheme=fields.get("scheme", ""),
        still="still" in fields,
        language=fields.get("language", ""),
        style=fields.get("style", "").strip(),
        plain="plain" in fields,
    )


async def _page(
    visit: Visit, viewer: Viewer, typed: Look | None = None, error: ServiceError | None = None
) -> web.Response:
    """The form, with what they chose or just typed."""

    def find(tx: Tx) -> tuple[Look, str]:
        me = viewer.account_id
        return appearances.of(tx, me), appearances.sheet_of(tx, me)

    held, sheet = await visit.site.read(find)
    return framed(
        visit,
        viewer,
        SECTION,
        error,
        look=typed or held,
        accents=ACCENTS,
        own=(typed or held).accent not in ACCENTS,
        own_colour=read_colour((typed or held).accent) or FIRST_COLOUR,
        shades=_shades(held),
        sheet_path=sheet_path(viewer.view.viewer, appearances.digest_of(sheet)) if sheet else "",
        most=MOST_CHARACTERS,
    )


def _shades(look: Look) -> tuple[Tone, Tone] | None:
    """What is made of a colour of their own on light and on dark pages."""
    own = read_colour(look.accent)
    return (on_light(own), on_dark(own)) if own else None
