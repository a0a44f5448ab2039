"""What is for one person alone: their bookmarks, what they like, what they were told."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import listings
from fedi_cotweet.services import notifications as told
from fedi_cotweet.services.views import TimelinePage
from fedi_cotweet.web import pages
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx

NOTICES = 40
"""On one page."""


async def bookmarks(visit: Visit) -> web.Response:
    """What they keep for later; nobody else knows."""
    return await _saved(visit, "bookmarks", listings.kept_page)


async def likes(visit: Visit) -> web.Response:
    """What they like."""
    return await _saved(visit, "likes", listings.liked_page)


async def notifications(visit: Visit) -> web.Response:
    """What happened, newest first, and where to go on."""
    viewer = visit.need_viewer()
    window = Window(limit=NOTICES, before=visit.window().before)
    found = await visit.site.read(
        lambda tx: told.notifications(tx, visit.env, viewer.account_id, window)
    )
    before = found[-1].id if len(found) == NOTICES else None
    text = pages.render(
        "notifications.html", visit.instance, viewer.view, found=found, next_before=before
    )
    return visit.html(text)


async def _saved(visit: Visit, name: str, find: Callable[..., TimelinePage]) -> web.Response:
    viewer, window = visit.need_viewer(), visit.window()

    def read(tx: Tx) -> TimelinePage:
        return find(tx, visit.env, viewer.account_id, window=window)

    page = await visit.site.read(read)
    session = await visit.looking_at(*page.posts)
    return visit.html(pages.render("saved.html", visit.instance, session, page=page, which=name))
