"""Reports, and what is done about them."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.services import reports, staff, staff_notes
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.views import ReportView, StaffNoteView
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.admin.person import do
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx
from storage.queries import actors

MOST = 40


@dataclass(frozen=True, slots=True)
class About:
    """What is known of somebody whom a report concerns. ``out``: shut out; ``role``: of whoever
    looks after the server."""

    out: bool
    limited: bool
    role: str
    notes: tuple[StaffNoteView, ...]


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
    """It was dealt with; who made it is told so, and what is to be said to them."""
    viewer = await allowed(visit)
    said = (await visit.own_form(viewer)).get("answer", "")
    number, env, by = as_id(visit.request.match_info["id"]), visit.env, viewer.view.viewer.handle

    try:
        await visit.site.write(lambda tx: reports.resolve(tx, env, number, by=by, answer=said))
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _page(visit, viewer, error)
    return see("/admin/reports?done=resolved")


async def act(visit: Visit) -> web.Response:
    """Shut out, limit or warn somebody whom the report is about."""
    viewer = await allowed(visit)
    fields, wanted = await visit.own_form(viewer), visit.request.match_info["what"]
    number, env = as_id(visit.request.match_info["id"]), visit.env

    def write(tx: Tx) -> None:
        held = reports.view(tx, env, reports.own_report(tx, number))
        concerned = {author.uri for author in held.people}
        person = actors.actor_by_uri(tx, fields.get("person", ""))
        if person is None or person.uri not in concerned:
            raise not_found("person")
        do(tx, viewer, env, person, wanted, fields, report_id=number)

    try:
        await visit.site.write(write)
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _page(visit, viewer, error)
    return see(f"/admin/reports/{number}?done={wanted}")


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    number = as_id(visit.request.match_info["id"])

    def find(tx: Tx) -> tuple[ReportView, dict[str, About]]:
        held = reports.view(tx, visit.env, reports.own_report(tx, number))
        people = actors.actors_by_uri(tx, [author.uri for author in held.people])
        notes = staff_notes.about(tx, [one.id for one in people.values()])
        return held, {
            uri: About(
                one.suspended_at is not None,
                one.limited_at is not None,
                staff.role_of(tx, one.id) if one.local else "",
                tuple(notes.get(one.id, ())),
            )
            for uri, one in people.items()
        }

    report, about = await visit.site.read(find)
    return frame(visit, viewer, "report", error, report=report, about=about)
