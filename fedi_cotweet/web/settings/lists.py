"""Lists of people whom somebody follows."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import authoring, lists
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import AuthorView, ListView
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.queries import actors, networks

SECTION = "lists"
OFFERED: Final = 200
"""So many of those whom somebody follows are offered for a list."""


async def show_all(visit: Visit) -> web.Response:
    """All lists, and a form for one more."""
    return await _all(visit, visit.need_viewer())


async def make(visit: Visit) -> web.Response:
    """An empty one."""
    viewer = visit.need_viewer()
    title = (await visit.own_form(viewer)).get("title", "")
    try:
        made = await visit.site.write(
            lambda tx: lists.create(tx, visit.env, viewer.account_id, title)
        )
    except ServiceError as error:
        return await _all(visit, viewer, error, title)
    return saved(f"{SECTION}/{made}", "list_made")


async def show(visit: Visit) -> web.Response:
    """One with its people."""
    return await _one(visit, visit.need_viewer(), as_id(visit.request.match_info["id"]))


async def change(visit: Visit) -> web.Response:
    """Another title, which replies it shows, and whether its people stand on it alone."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    fields = await visit.own_form(viewer)

    def write(tx: Tx) -> None:
        me = viewer.account_id
        lists.rename(tx, me, number, fields.get("title", ""))
        policy, exclusive = fields.get("replies_policy"), "exclusive" in fields
        lists.choose(tx, me, number, replies_policy=policy, exclusive=exclusive)

    try:
        await visit.site.write(write)
    except ServiceError as error:
        return await _one(visit, viewer, number, error)
    return saved(f"{SECTION}/{number}", "list_saved")


async def add(visit: Visit) -> web.Response:
    """Put somebody on it."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    who = (await visit.own_form(viewer)).get("who", "")
    await visit.site.read(lambda tx: lists.own_list(tx, viewer.account_id, number))
    try:
        person = await authoring.find_person(visit.site, who)
        await visit.site.write(lambda tx: lists.add(tx, viewer.account_id, number, person))
    except ServiceError as error:
        return await _one(visit, viewer, number, error, who)
    return saved(f"{SECTION}/{number}", "list_joined")


async def remove(visit: Visit) -> web.Response:
    """Take somebody off it."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    uri = (await visit.own_form(viewer)).get("person", "")

    def write(tx: Tx) -> None:
        person = actors.actor_by_uri(tx, uri)
        if person is None:
            raise not_found("account")
        lists.remove(tx, viewer.account_id, number, person)

    await visit.site.write(write)
    return saved(f"{SECTION}/{number}", "list_left")


async def delete(visit: Visit) -> web.Response:
    """Delete it."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    await visit.own_form(viewer)
    await visit.site.write(lambda tx: lists.delete(tx, viewer.account_id, number))
    return saved(SECTION, "list_gone")


async def _all(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, typed: str = ""
) -> web.Response:
    found = await visit.site.read(lambda tx: lists.show_all(tx, visit.env, viewer.account_id))
    return framed(visit, viewer, SECTION, error, found=found, typed=typed, limits=lists)


async def _one(
    visit: Visit,
    viewer: Viewer,
    number: int,
    error: ServiceError | None = None,
    who: str = "",
) -> web.Response:
    me, env = viewer.account_id, visit.env

    def read(tx: Tx) -> tuple[ListView, list[AuthorView]]:
        ids = [one for _, one in networks.following(tx, me, Window(OFFERED))]
        people = actors.actors(tx, ids)
        offered = [author_view(env, people[one]) for one in ids if one in people]
        return lists.show(tx, env, me, number), offered

    held, offered = await visit.site.read(read)
    on = {person.uri for person in held.members}
    return framed(
        visit,
        viewer,
        SECTION,
        error,
        template="list",
        held=held,
        offered=[person for person in offered if person.uri not in on],
        who=who,
        limits=lists,
    )
