"""Invites: look at them, agree to one, decline one."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fedi_cotweet.services import author_views, invitations
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.views import InviteView
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx


async def invites(visit: Visit) -> web.Response:
    """Everything that waits for the viewer's answer or for publication, in full."""
    return await _page(visit, visit.need_viewer())


async def accept(visit: Visit) -> web.Response:
    """Consent to exactly the version that the form showed."""

    def give(tx: Tx, account_id: int, invite_id: int, digest: str, _: str) -> None:
        invitations.accept(tx, visit.env, account_id, invite_id, digest)

    return await _answer(visit, give)


async def decline(visit: Visit) -> web.Response:
    """Say no, with a word if there is one."""

    def refuse(tx: Tx, account_id: int, invite_id: int, _: str, reason: str) -> None:
        invitations.decline(tx, visit.env, account_id, invite_id, reason)

    return await _answer(visit, refuse)


Give = Callable[[Tx, int, int, str, str], None]


async def _answer(visit: Visit, give: Give) -> web.Response:
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    invite_id = as_id(visit.request.match_info["id"])
    digest, reason = fields.get("digest", ""), fields.get("reason", "").replace("\0", "").strip()
    try:
        await visit.site.write(
            lambda tx: give(tx, viewer.account_id, invite_id, digest, reason[:500])
        )
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _page(visit, viewer, error)
    return see(PATHS.invites)


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    def find(tx: Tx) -> list[InviteView]:
        return author_views.invitations(tx, visit.env, viewer.account_id)

    found = await visit.site.read(find)
    said = refusals.said(error)
    text = pages.render_invites(found, viewer.view, visit.instance, error=said)
    return visit.html(text, status=200 if error is None else error.status)
