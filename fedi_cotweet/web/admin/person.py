"""One person, as those who look after the server see them, and what is done about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from fedi_cotweet.services import moderating, shutting_out, sign_up_links, staff, staff_notes
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import AuthorView, StaffNoteView, WarningView
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors

BACK = frozenset({"unsuspend", "unlimit"})
"""What takes something back that was done about somebody."""


@dataclass(frozen=True, slots=True)
class Shown:
    """``out``: shut out; ``role``: of whoever looks after the server; ``told``: what they were told
    by those who do; ``came_by``: whose sign-up link (``sign_up_links.came_by``); ``brought``: who
    came by theirs, the newest first."""

    author: AuthorView
    out: bool
    limited: bool
    role: str
    notes: tuple[StaffNoteView, ...]
    told: tuple[WarningView, ...]
    came_by: str
    brought: tuple[AuthorView, ...]


async def show(visit: Visit) -> web.Response:
    """Somebody, with what was written down about them and what they were told."""
    return await _page(visit, await allowed(visit), visit.request.match_info["handle"])


async def act(visit: Visit) -> web.Response:
    """Shut somebody out, limit them, take that back, or write to them."""
    viewer = await allowed(visit)
    fields = await visit.own_form(viewer)
    env, wanted, handle = visit.env, visit.request.match_info["what"], fields.get("handle", "")

    def write(tx: Tx) -> None:
        do(tx, viewer, env, named(tx, env, handle), wanted, fields)

    return await _done(visit, viewer, handle, write, wanted)


async def add_note(visit: Visit) -> web.Response:
    """Write something down about somebody."""
    viewer = await allowed(visit)
    fields = await visit.own_form(viewer)
    env, by, handle = visit.env, viewer.view.viewer.handle, fields.get("handle", "")

    def write(tx: Tx) -> None:
        staff_notes.add(tx, env, named(tx, env, handle), fields.get("text", ""), by=by)

    return await _done(visit, viewer, handle, write, "note")


async def remove_note(visit: Visit) -> web.Response:
    """Forget what was written down: one's own, and for an administrator everybody's."""
    viewer = await allowed(visit)
    fields = await visit.own_form(viewer)
    env, by, handle = visit.env, viewer.view.viewer.handle, fields.get("handle", "")
    number = as_id(fields.get("note", ""))

    def write(tx: Tx) -> None:
        every = staff.role_of(tx, viewer.account_id) == staff.ADMINISTRATOR
        staff_notes.remove(tx, env, number, by=by, any_of_them=every)

    return await _done(visit, viewer, handle, write, "remove-note")


def do(
    tx: Tx,
    viewer: Viewer,
    env: Env,
    person: Actor,
    what: str,
    fields: Mapping[str, str],
    *,
    report_id: int | None = None,
) -> None:
    """What a viewer wants done. Raises ``is_staff`` (403): nobody acts so against who does the same
    work, and only an administrator takes it back, once the operator did."""
    if person.local and staff.role_of(tx, person.id):
        if what not in BACK:
            raise ServiceError(
                "is_staff", 403, "They look after this server too: take their role away first."
            )
        if staff.role_of(tx, viewer.account_id) != staff.ADMINISTRATOR:
            raise ServiceError(
                "is_staff",
                403,
                "They look after this server too: an administrator takes this back.",
            )
    by, why, text = viewer.view.viewer.handle, fields.get("why", ""), fields.get("text", "")
    match what:
        case "suspend":
            shutting_out.suspend(tx, env, person, by=by, why=why, text=text, report_id=report_id)
        case "unsuspend":
            shutting_out.unsuspend(tx, env, person, by=by, why=why)
        case "limit":
            moderating.limit(tx, env, person, by=by, why=why, text=text, report_id=report_id)
        case "unlimit":
            moderating.unlimit(tx, env, person, by=by, why=why)
        case "warn":
            moderating.warn(tx, env, person, text, by=by, report_id=report_id)
        case _:
            raise not_found("page")


def named(tx: Tx, env: Env, handle: str) -> Actor:
    """Somebody known here."""
    name, _, host = handle.strip().removeprefix("@").partition("@")
    person = actors.actor_by_handle(tx, name, (host or env.addresses.host).lower())
    if person is None or person.kind == "Application" or person.gone_at is not None:
        raise not_found("person")
    return person


async def _done(
    visit: Visit, viewer: Viewer, handle: str, write: Callable[[Tx], None], what: str
) -> web.Response:
    try:
        await visit.site.write(write)
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _page(visit, viewer, handle, error)
    name = quote(handle.strip().removeprefix("@"), safe="@:")
    return see(f"/admin/people/@{name}?done={what}")


async def _page(
    visit: Visit, viewer: Viewer, handle: str, error: ServiceError | None = None
) -> web.Response:
    def find(tx: Tx) -> Shown:
        held = named(tx, visit.env, handle)
        return Shown(
            author_view(visit.env, held),
            held.suspended_at is not None,
            held.limited_at is not None,
            staff.role_of(tx, held.id) if held.local else "",
            tuple(staff_notes.about(tx, [held.id]).get(held.id, ())),
            tuple(moderating.warnings(tx, held)) if held.local else (),
            sign_up_links.came_by(tx, [held.id]).get(held.id, ""),
            tuple(sign_up_links.brought(tx, visit.env, held.id)),
        )

    person = await visit.site.read(find)
    return frame(visit, viewer, "person", error, person=person)
