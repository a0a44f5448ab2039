"""What is for one person alone: their bookmarks, what they like, what they were told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aiohttp import web

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import listings, markers, moderating, notification_requests
from fedi_cotweet.services import lists as own_lists
from fedi_cotweet.services import notifications as told
from fedi_cotweet.services.notice_views import NotificationView, lines
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.views import ListView, TimelinePage, WarningView
from fedi_cotweet.web import pages
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.queries import actors
from storage.queries import notifications as stored

NOTICES = 40
MOST_KEPT = 100
"""People of whom something is kept; more are not counted."""
"""On one page."""


async def bookmarks(visit: Visit) -> web.Response:
    """What they keep for later; nobody else knows."""
    return await _saved(visit, "bookmarks", listings.kept_page)


async def likes(visit: Visit) -> web.Response:
    """What they like."""
    return await _saved(visit, "likes", listings.liked_page)


async def direct(visit: Visit) -> web.Response:
    """Direct posts by them and to them."""
    return await _saved(visit, "direct", listings.direct_page)


async def lists(visit: Visit) -> web.Response:
    """Their lists of people."""
    viewer = visit.need_viewer()
    found = await visit.site.read(lambda tx: own_lists.show_all(tx, visit.env, viewer.account_id))
    return visit.html(pages.render("lists.html", visit.instance, viewer.view, found=found))


async def one_list(visit: Visit) -> web.Response:
    """What people on one of their lists write and boost."""
    viewer, window, stale = visit.need_viewer(), visit.window(), Stale()
    me, number = viewer.account_id, as_id(visit.request.match_info["id"])

    def find(tx: Tx) -> tuple[ListView, TimelinePage]:
        page = listings.list_page(tx, visit.env, me, number, window=window, stale=stale)
        return own_lists.show(tx, visit.env, me, number), page

    found, page = await visit.site.read(find)
    visit.pages.rechecks.ask(stale.post_ids)
    session = await visit.looking_at(*page.posts)
    return visit.html(pages.render("list.html", visit.instance, session, found=found, page=page))


async def notifications(visit: Visit) -> web.Response:
    """What happened, newest first, and where to go on; from then on it is read."""
    viewer = visit.need_viewer()
    me, env = viewer.account_id, visit.env
    window = Window(limit=NOTICES, before=visit.window().before)

    def find(tx: Tx) -> tuple[list[NotificationView], int, int, int]:
        return (
            told.notifications(tx, env, me, window),
            markers.read_to(tx, me, "notifications"),
            stored.newest(tx, me),
            len(notification_requests.found(tx, env, me, Window(limit=MOST_KEPT))),
        )

    found, read_to, newest, kept = await visit.site.read(find)
    session = viewer.view
    if window.before is None and visit.request.method == "GET":
        session = replace(session, unread=0)
        # Beyond the first that is shown there may be some of people who were muted since.
        if newest > read_to:
            read = {"notifications": newest}
            await visit.site.write(lambda tx: markers.advance(tx, env, me, read))
    text = pages.render(
        "notifications.html",
        visit.instance,
        session,
        found=lines(found, read_to),
        kept=kept,
        next_before=found[-1].id if len(found) == NOTICES else None,
    )
    return visit.html(text)


async def warnings(visit: Visit) -> web.Response:
    """Everything that those who look after the server told them."""
    viewer = visit.need_viewer()

    def find(tx: Tx) -> list[WarningView]:
        actor = actors.actor(tx, viewer.account_id)
        return [] if actor is None else moderating.warnings(tx, actor)

    found = await visit.site.read(find)
    return visit.html(
        pages.render("warnings.html", visit.instance, viewer.view, found=found, one=False)
    )


async def warning(visit: Visit) -> web.Response:
    """One of them, where apps look for it."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    found = await visit.site.read(lambda tx: moderating.own_warning(tx, viewer.account_id, number))
    return visit.html(
        pages.render("warnings.html", visit.instance, viewer.view, found=[found], one=True)
    )


async def _saved(visit: Visit, name: str, find: Callable[..., TimelinePage]) -> web.Response:
    viewer, window = visit.need_viewer(), visit.window()

    def read(tx: Tx) -> TimelinePage:
        return find(tx, visit.env, viewer.account_id, window=window)

    page = await visit.site.read(read)
    session = await visit.looking_at(*page.posts)
    return visit.html(pages.render("saved.html", visit.instance, session, page=page, which=name))
