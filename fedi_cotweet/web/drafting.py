"""Co-tweets that wait for their co-authors: who has agreed, taking invites back, giving it up."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fedi_cotweet.services import author_views, drafts
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.views import DraftView
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx

Do = Callable[[Tx, Env, int, int], object]


async def show(visit: Visit) -> web.Response:
    """All of them."""
    return await _page(visit, visit.need_viewer())


async def withdraw(visit: Visit) -> web.Response:
    """Take all open invites to one back; it can be edited and offered again."""
    return await _do(visit, drafts.withdraw, "withdrawn")


async def discard(visit: Visit) -> web.Response:
    """Give one up: nothing of it was published, and nothing will be."""
    return await _do(visit, drafts.discard_draft, "discarded")


async def _do(visit: Visit, do: Do, done: str) -> web.Response:
    viewer = visit.need_viewer()
    await visit.own_form(viewer)
    post_id = as_id(visit.request.match_info["id"])
    try:
        await visit.site.write(lambda tx: do(tx, visit.env, viewer.account_id, post_id))
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _page(visit, viewer, error)
    return see(f"{PATHS.drafts}?done={done}")


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    def find(tx: Tx) -> list[DraftView]:
        return author_views.drafts(tx, visit.env, viewer.account_id)

    found = await visit.site.read(find)
    said = refusals.said(error)
    done = visit.request.query.get("done", "") if error is None else ""
    text = pages.render(
        "drafts.html", visit.instance, viewer.view, drafts=found, error=said, done=done
    )
    return visit.html(text, status=200 if error is None else error.status)
