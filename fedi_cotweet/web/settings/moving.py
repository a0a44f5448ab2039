"""Going on elsewhere, and coming here from there."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.services import authoring, migration
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.moving_targets import just_fetched
from fedi_cotweet.web.proving import has_to_prove, prove
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.queries import actors

SECTION = "moving"


@dataclass(frozen=True, slots=True)
class Standing:
    """``aliases`` and ``moved_to``: identifiers, and the handles of those that are known here."""

    uri: str
    aliases: tuple[tuple[str, str], ...]
    moved_to: tuple[str, str] | None


async def show(visit: Visit) -> web.Response:
    """Both directions, and how things stand."""
    return await _page(visit, visit.need_viewer())


async def add_alias(visit: Visit) -> web.Response:
    """Call another account one's own, so that it may move here."""
    viewer = visit.need_viewer()
    who = (await visit.own_form(viewer)).get("alias", "")
    try:
        person = await authoring.find_person(visit.site, who)
        await visit.site.write(
            lambda tx: migration.add_alias(tx, visit.env, viewer.account_id, person)
        )
    except ServiceError as error:
        return await _page(visit, viewer, error, alias=who)
    return saved(SECTION, "alias_added")


async def remove_alias(visit: Visit) -> web.Response:
    """Do so no more."""
    viewer = visit.need_viewer()
    uri = (await visit.own_form(viewer)).get("uri", "")
    await visit.site.write(lambda tx: migration.remove_alias(tx, visit.env, viewer.account_id, uri))
    return saved(SECTION, "alias_gone")


async def move(visit: Visit) -> web.Response:
    """Go on as another account, which names this one."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    who = fields.get("who", "")
    try:
        await prove(visit, viewer, fields)
        target = await just_fetched(visit.site, who)
        await visit.site.write(lambda tx: migration.move(tx, visit.env, viewer.account_id, target))
    except ServiceError as error:
        return await _page(visit, viewer, error, who=who)
    return saved(SECTION, "moved")


async def stay(visit: Visit) -> web.Response:
    """Go on here again."""
    viewer = visit.need_viewer()
    await visit.own_form(viewer)
    await visit.site.write(lambda tx: migration.stay(tx, visit.env, viewer.account_id))
    return saved(SECTION, "stays")


async def _page(
    visit: Visit,
    viewer: Viewer,
    error: ServiceError | None = None,
    *,
    alias: str = "",
    who: str = "",
) -> web.Response:
    me = viewer.account_id

    def find(tx: Tx) -> Standing:
        actor, uris = find_actor(tx, me), migration.aliases(tx, me)
        known = actors.actors_by_uri(tx, [*uris, *([actor.moved_to] if actor.moved_to else [])])
        names = {uri: f"@{one.username}@{one.host}" for uri, one in known.items()}
        return Standing(
            actor.uri,
            tuple((uri, names.get(uri, uri)) for uri in uris),
            (actor.moved_to, names.get(actor.moved_to, actor.moved_to)) if actor.moved_to else None,
        )

    return framed(
        visit,
        viewer,
        SECTION,
        error,
        standing=await visit.site.read(find),
        needs_password=await has_to_prove(visit, viewer),
        alias=alias,
        who=who,
    )
