"""Which notifications wait until somebody wants them, and which of them do."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from fedi_cotweet.services import held_back, notification_requests
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.notification_requests import HeldBackView
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.queries import held_back as stored

SECTION = "notifications"
SHOWN = 40
"""People on one page."""


async def show(visit: Visit) -> web.Response:
    """What holds now, and who waits."""
    return await _page(visit, visit.need_viewer())


async def change(visit: Visit) -> web.Response:
    """Hold back something else from now on."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    wanted = {name: fields[name] for name in held_back.DEFAULTS if name in fields}
    try:
        await visit.site.write(lambda tx: held_back.choose(tx, viewer.account_id, wanted))
    except ServiceError as error:
        return await _page(visit, viewer, error)
    return saved(SECTION, "notifications")


async def answer(visit: Visit) -> web.Response:
    """Hear of what somebody did, or forget it."""
    viewer = visit.need_viewer()
    fields, what = await visit.own_form(viewer), visit.request.match_info["what"]
    me, number = viewer.account_id, as_id(fields.get("id", ""))

    def write(tx: Tx) -> None:
        # As of a request that was answered in another window: there is nothing left to do.
        if stored.request(tx, me, number) is None:
            return
        if what == "accept":
            notification_requests.accept(tx, visit.env, me, number)
        else:
            notification_requests.dismiss(tx, me, number)

    await visit.site.write(write)
    return saved(SECTION, "heard" if what == "accept" else "forgotten")


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    me, window = viewer.account_id, replace(visit.window(), limit=SHOWN)

    def find(tx: Tx) -> tuple[dict[str, str], list[HeldBackView]]:
        return held_back.policy(tx, me), notification_requests.views(tx, visit.env, me, window)

    chosen, waiting = await visit.site.read(find)
    return framed(
        visit,
        viewer,
        SECTION,
        error,
        chosen=chosen,
        waiting=waiting,
        next_before=waiting[-1].id if len(waiting) == SHOWN else None,
    )
