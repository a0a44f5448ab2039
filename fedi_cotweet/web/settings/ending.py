"""Deleting one's account."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services import shutting_out, sign_ins
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web import pages
from fedi_cotweet.web.proving import has_to_prove, prove
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.queries import sessions

SECTION = "delete"


async def show(visit: Visit) -> web.Response:
    """What will go and what will not, before it is asked for."""
    return await _page(visit, visit.need_viewer())


async def delete(visit: Visit) -> web.Response:
    """Delete it, for whoever types its name and shows the password."""
    viewer = visit.need_viewer()
    me, fields = viewer.account_id, await visit.own_form(viewer)
    typed = sign_ins.account_name(visit.env, fields.get("name", "").strip())

    def write(tx: Tx) -> None:
        shutting_out.delete_account(tx, visit.env, find_actor(tx, me), by="")
        sessions.end_others(tx, me, "")

    try:
        if typed != viewer.view.viewer.handle.partition("@")[0]:
            raise ServiceError("other_name", 422, "That is not the name of this account.")
        await prove(visit, viewer, fields)
        await visit.site.write(write)
    except ServiceError as error:
        return await _page(visit, viewer, error)
    response = visit.html(pages.render("goodbye.html", visit.instance, None), private=True)
    visit.pages.cookies.drop(response, visit.pages.cookies.session)
    return response


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    needed = await has_to_prove(visit, viewer)
    return framed(visit, viewer, SECTION, error, needs_password=needed)
