"""Sign-up links: bringing somebody here. The pages are there for whoever may make some."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedi_cotweet.services import sign_up_links
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.sign_up_links import Wanted
from fedi_cotweet.services.views import SignUpLinkView
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx

SECTION: Final = "sign-up-links"
WITHOUT_LIMIT: Final = "any"


async def show(visit: Visit) -> web.Response:
    """One's own, and a form for one more."""
    return await _page(visit, visit.need_viewer())


async def make(visit: Visit) -> web.Response:
    """A new one, whose address is shown this once."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    try:
        wanted = Wanted(
            None if fields.get("uses") == WITHOUT_LIMIT else _number(fields.get("uses", "")),
            _number(fields.get("days", "")),
            fields.get("for_whom", ""),
        )
        address, made = await visit.site.write(
            lambda tx: sign_up_links.make(tx, visit.env, viewer.account_id, wanted)
        )
    except ServiceError as error:
        return await _page(visit, viewer, error, typed=fields.get("for_whom", ""))
    return await _page(visit, viewer, address=address, made=made)


async def end(visit: Visit) -> web.Response:
    """It lets nobody in any more."""
    viewer = visit.need_viewer()
    number = as_id((await visit.own_form(viewer)).get("link", ""))
    await visit.site.write(lambda tx: sign_up_links.end(tx, visit.env, viewer.account_id, number))
    return saved(SECTION, "link_ended")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


async def _page(
    visit: Visit,
    viewer: Viewer,
    error: ServiceError | None = None,
    *,
    typed: str = "",
    address: str = "",
    made: SignUpLinkView | None = None,
) -> web.Response:
    def find(tx: Tx) -> list[SignUpLinkView]:
        sign_up_links.check(tx, visit.env, viewer.account_id)
        return sign_up_links.of(tx, visit.env, viewer.account_id)

    return framed(
        visit,
        viewer,
        SECTION,
        error,
        template="sign_up_links",
        found=await visit.site.read(find),
        typed=typed,
        address=address,
        made=made,
        limits=sign_up_links,
        without_limit=WITHOUT_LIMIT,
    )
