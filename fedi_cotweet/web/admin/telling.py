"""What everybody here is told: rules, texts about the server, announcements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.services import announcing, house, staff
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.asking import moment
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx

Fields = Mapping[str, str]
KINDS: Final = ("description", "privacy", "terms")


def _key(fields: Fields) -> int:
    number = read_id(fields.get("id", ""))
    if number is None:
        raise not_found("entry")
    return number


def _add_rule(tx: Tx, env: Env, fields: Fields, by: str) -> None:
    house.add_rule(tx, env, fields.get("text", ""), fields.get("hint", ""), by=by)


def _remove_rule(tx: Tx, env: Env, fields: Fields, by: str) -> None:
    house.remove_rule(tx, env, _key(fields), by=by)


def _set_text(tx: Tx, env: Env, fields: Fields, by: str) -> None:
    kind, text = fields.get("kind", ""), fields.get("text", "").strip()
    if text:
        house.set_text(tx, env, kind, text, by=by)
    elif any(held.kind == kind for held in house.texts(tx)):
        house.remove_text(tx, env, kind, by=by)


def _announce(tx: Tx, env: Env, fields: Fields, by: str) -> None:
    ends_at = moment(fields.get("ends_at", "").strip())
    wanted = announcing.Wanted(fields.get("text", ""), None, ends_at, all_day=False)
    announcing.announce(tx, env, wanted, by=by)


def _unannounce(tx: Tx, env: Env, fields: Fields, by: str) -> None:
    announcing.remove(tx, env, _key(fields), by=by)


ACTS: Final[Mapping[str, Callable[[Tx, Env, Fields, str], None]]] = {
    "add-rule": _add_rule,
    "remove-rule": _remove_rule,
    "set-text": _set_text,
    "announce": _announce,
    "unannounce": _unannounce,
}


async def show(visit: Visit) -> web.Response:
    """All of it."""
    return await _page(visit, await allowed(visit, staff.ADMINISTRATOR))


async def act(visit: Visit) -> web.Response:
    """Change some of it."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields, env, by = await visit.own_form(viewer), visit.env, viewer.view.viewer.handle
    what = visit.request.match_info["what"]
    do = ACTS.get(what)
    if do is None:
        raise not_found("page")
    try:
        await visit.site.write(lambda tx: do(tx, env, fields, by))
    except ServiceError as error:
        return await _page(visit, viewer, error, fields)
    return see(f"/admin/telling?done={what}")


async def _page(
    visit: Visit,
    viewer: Viewer,
    error: ServiceError | None = None,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    def find(tx: Tx) -> dict[str, Any]:
        said = {held.kind: held.text for held in house.texts(tx)}
        return {
            "rules": house.rules(tx),
            "texts": {kind: said.get(kind, "") for kind in KINDS},
            "announcements": announcing.all_of_them(tx),
        }

    found = await visit.site.read(find)
    return frame(visit, viewer, "telling", error, typed=dict(typed or {}), **found)
