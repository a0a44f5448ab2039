"""What all settings pages have in common: their frame, what was wrong, and what was done."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, see


def framed(
    visit: Visit,
    viewer: Viewer,
    section: str,
    error: ServiceError | None = None,
    *,
    template: str = "",
    **values: Any,
) -> web.Response:
    """The page of one section, in the frame of all. ``template``: without its folder and suffix."""
    text = pages.render(
        f"settings/{template or section}.html",
        visit.instance,
        viewer.view,
        section=section,
        done=visit.request.query.get("done", "") if error is None else "",
        error=refusals.said(error),
        **values,
    )
    return visit.html(text, status=200 if error is None else error.status, private=True)


def saved(section: str, what: str) -> web.Response:
    """Back to the page of a section, which tells what was done."""
    return see(f"{PATHS.setting(section)}?done={what}")
