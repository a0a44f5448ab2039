"""People: those who ask for an account, those who have one, and everybody who is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.services import (
    accounts,
    finding,
    sign_up_links,
    sign_ups,
    staff,
    staff_log,
)
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import AuthorView
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.admin.person import named
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx
from storage.queries import actors
from storage.queries import staff as stored

MOST = 50


@dataclass(frozen=True, slots=True)
class Person:
    """``out``: suspended; ``role``: of whoever looks after the server; ``came_by``: whose sign-up
    link (``sign_up_links.came_by``); ``notes``: how many there are about them."""

    author: AuthorView
    out: bool
    limited: bool
    role: str
    came_by: str
    notes: int


async def listed(visit: Visit) -> web.Response:
    """Who waits for an account, and whom ``?q=`` finds; without it, who is called first here."""
    return await _page(visit, await allowed(visit))


async def answer(visit: Visit) -> web.Response:
    """Let somebody in who asked for an account, or not."""
    viewer = await allowed(visit)
    fields = await visit.own_form(viewer)
    name, env, by = fields.get("username", ""), visit.env, viewer.view.viewer.handle
    wanted = visit.request.match_info["what"]
    if wanted not in ("approve", "reject"):
        raise not_found("page")
    keys = await asyncio.to_thread(accounts.make_keys)

    def write(tx: Tx) -> None:
        if wanted == "approve":
            sign_ups.approve(tx, env, name, keys, by=by)
        else:
            sign_ups.reject(tx, env, name, by=by)

    return await _done(visit, viewer, write, wanted)


async def sign_in_link(visit: Visit) -> web.Response:
    """A link that signs somebody in once, for whoever lost their password. Shown once."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields = await visit.own_form(viewer)
    env, by = visit.env, viewer.view.viewer.handle

    def write(tx: Tx) -> str:
        person = named(tx, env, fields.get("handle", ""))
        if not person.local:
            raise not_found("account")
        if person.id != viewer.account_id and staff.role_of(tx, person.id) == staff.ADMINISTRATOR:
            raise ServiceError(
                "is_staff", 403, "A link for another administrator is made on the server itself."
            )
        staff_log.note(tx, env, by, "sign-in-link", staff_log.name_of(person))
        return accounts.make_sign_in_link(tx, env, person.username)[0]

    try:
        link = await visit.site.write(write)
    except ServiceError as error:
        return await _page(visit, viewer, error)
    return await _page(visit, viewer, link=link)


async def appoint(visit: Visit) -> web.Response:
    """Give somebody a role, or take it away. Nobody changes their own."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields = await visit.own_form(viewer)
    env, by = visit.env, viewer.view.viewer.handle

    def write(tx: Tx) -> None:
        person = named(tx, env, fields.get("handle", ""))
        if person.id == viewer.account_id:
            raise ServiceError("own_role", 403, "Nobody changes their own role.")
        staff.appoint(tx, env, person.username, fields.get("role", ""), by=by)

    return await _done(visit, viewer, write, "role")


async def _done(
    visit: Visit, viewer: Viewer, write: Callable[[Tx], object], what: str
) -> web.Response:
    try:
        await visit.site.write(write)
    except ServiceError as error:
        return await _page(visit, viewer, error)
    return see(f"/admin/people?done={what}")


async def _page(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, *, link: str = ""
) -> web.Response:
    words = visit.request.query.get("q", "").strip()[:200]

    def find(tx: Tx) -> tuple[Person, ...]:
        if words:
            ids = finding.people(
                tx, visit.env, None, words, following=False, most=MOST, limited=True
            )
            whole = words.removeprefix("@").partition("@")
            exact = actors.actor_by_handle(
                tx, whole[0], (whole[2] or visit.env.addresses.host).lower()
            )
            found = actors.actors(tx, [*ids, *([exact.id] if exact is not None else [])])
            people = list(found.values())
        else:
            people = actors.local_actors(tx)[:MOST]
        roles = stored.roles(tx)
        links = sign_up_links.came_by(tx, [one.id for one in people if one.local])
        notes = stored.count_notes(tx, [one.id for one in people])
        return tuple(
            Person(
                author_view(visit.env, one),
                one.suspended_at is not None,
                one.limited_at is not None,
                roles.get(one.id, ""),
                links.get(one.id, ""),
                notes.get(one.id, 0),
            )
            for one in people
            if one.kind != "Application" and one.gone_at is None
        )

    found = await visit.site.read(find)
    waiting = await visit.site.read(sign_ups.waiting)
    return frame(
        visit, viewer, "people", error, found=found, waiting=waiting, words=words, link=link
    )
