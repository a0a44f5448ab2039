"""What all pages of those who look after the server share: who may see them, and how they look."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fedi_cotweet.services import staff
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit


async def allowed(visit: Visit, least: str = staff.MODERATOR) -> Viewer:
    """Whoever is signed in and may do what ``least`` may; for others nothing is here (404)."""
    viewer = visit.need_viewer()
    await visit.site.read(lambda tx: staff.check(tx, viewer.account_id, least))
    return viewer


def frame(
    visit: Visit,
    viewer: Viewer,
    section: str,
    error: ServiceError | None = None,
    **values: Any,
) -> web.Response:
    """The page of a section, with what was done last or why it was not."""
    text = pages.render(
        f"admin/{section}.html",
        visit.instance,
        viewer.view,
        section=section,
        done=visit.request.query.get("done", "") if error is None else "",
        error=refusals.said(error),
        **values,
    )
    return visit.html(text, status=200 if error is None else error.status)
