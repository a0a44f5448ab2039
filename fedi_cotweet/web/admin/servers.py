"""Rules about other servers, with what they would concern before they are made."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.services import shutting_out, staff
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.hosts import host_named
from fedi_cotweet.services.shutting_out import Affected
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, see
from storage.queries import relations


@dataclass(frozen=True, slots=True)
class Outlook:
    """A rule that is not made yet, and what it would concern."""

    host: str
    severity: str
    reason: str
    affected: Affected


async def listed(visit: Visit) -> web.Response:
    """All rules, and the form for another."""
    return await _page(visit, await allowed(visit, staff.ADMINISTRATOR))


async def set_rule(visit: Visit) -> web.Response:
    """First say what a rule would concern; make it when that was seen."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields, env = await visit.own_form(viewer), visit.env
    severity, reason = fields.get("severity", ""), fields.get("reason", "").strip()[:500]
    by = viewer.view.viewer.handle
    try:
        host = host_named(fields.get("host", ""))
        if fields.get("seen") != f"{host} {severity}":
            affected = await visit.site.read(lambda tx: shutting_out.affected(tx, host))
            return await _page(visit, viewer, outlook=Outlook(host, severity, reason, affected))
        await visit.site.write(
            lambda tx: shutting_out.set_rule(tx, env, host, severity, reason, by=by)
        )
    except ServiceError as error:
        return await _page(visit, viewer, error)
    await visit.site.rules.load(visit.site.store)
    return see("/admin/servers?done=set")


async def remove_rule(visit: Visit) -> web.Response:
    """Take a rule back."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields, env, by = await visit.own_form(viewer), visit.env, viewer.view.viewer.handle
    try:
        host = host_named(fields.get("host", ""))
        await visit.site.write(lambda tx: shutting_out.remove_rule(tx, env, host, by=by))
    except ServiceError as error:
        return await _page(visit, viewer, error)
    await visit.site.rules.load(visit.site.store)
    return see("/admin/servers?done=removed")


async def _page(
    visit: Visit,
    viewer: Viewer,
    error: ServiceError | None = None,
    *,
    outlook: Outlook | None = None,
) -> web.Response:
    rows = await visit.site.read(relations.host_rule_rows)
    return frame(visit, viewer, "servers", error, rows=rows, outlook=outlook)
