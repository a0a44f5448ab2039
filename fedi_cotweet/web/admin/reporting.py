"""Reports, and what is done about them."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services import reports, shutting_out, staff
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.views import ReportView
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx
from storage.queries import actors

MOST = 40


async def listed(visit: Visit) -> web.Response:
    """Those that are open, or with ``?state=resolved`` the others, newest first."""
    viewer = await allowed(visit)
    wanted = "resolved" if visit.request.query.get("state") == "resolved" else "open"
    before = visit.window().before
    found = await visit.site.read(lambda tx: reports.page(tx, visit.env, wanted, before, MOST))
    following = found[-1].id if len(found) == MOST else None
    return frame(visit, viewer, "reports", found=found, state=wanted, next_before=following)


async def show(visit: Visit) -> web.Response:
    """One, with everybody whom it concerns."""
    return await _page(visit, await allowed(visit))


async def resolve(visit: Visit) -> web.Response:
    """It was dealt with."""
    viewer = await allowed(visit)
    await visit.own_form(viewer)
    number, env, by = as_id(visit.request.match_info["id"]), visit.env, viewer.view.viewer.handle

    await visit.site.write(lambda tx: reports.resolve(tx, env, number, by=by))
    return see("/admin/reports?done=resolved")


async def suspend(visit: Visit) -> web.Response:
    """Shut out somebody whom the report is about."""
    viewer = await allowed(visit)
    fields = await visit.own_form(viewer)
    number, env, by = as_id(visit.request.match_info["id"]), visit.env, viewer.view.viewer.handle

    def write(tx: Tx) -> None:
        held = reports.view(tx, env, reports.own_report(tx, number))
        concerned = {author.uri for author in held.people}
        person = actors.actor_by_uri(tx, fields.get("person", ""))
        if person is None or person.uri not in concerned:
            raise not_found("person")
        if person.local and staff.role_of(tx, person.id):
            raise ServiceError(
                "is_staff", 403, "They look after this server too: take their role away first."
            )
        shutting_out.suspend(tx, env, person, by=by, why=fields.get("why", ""))

    try:
        await visit.site.write(write)
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _page(visit, viewer, error)
    return see(f"/admin/reports/{number}?done=suspended")


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    number = as_id(visit.request.match_info["id"])

    def find(tx: Tx) -> tuple[ReportView, frozenset[str]]:
        held = reports.view(tx, visit.env, reports.own_report(tx, number))
        people = actors.actors_by_uri(tx, [author.uri for author in held.people])
        out = frozenset(uri for uri, actor in people.items() if actor.suspended_at is not None)
        return held, out

    report, out = await visit.site.read(find)
    return frame(visit, viewer, "report", error, report=report, out=out)
