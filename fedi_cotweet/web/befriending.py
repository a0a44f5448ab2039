"""What somebody does about a person from that person's page: follow, mute, block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services import follows, relations
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.web.opening import local_path
from fedi_cotweet.web.reading import person_named
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx
from storage.models import Actor

Fields = Mapping[str, str]
Do = Callable[[Tx, Env, int, Actor, Fields], object]

LASTS: Final[Mapping[str, int | None]] = {"always": None, "hour": HOUR, "day": DAY, "week": 7 * DAY}
"""How long a mute of the form may last."""


def _follow(tx: Tx, env: Env, me: int, person: Actor, fields: Fields) -> object:
    return follows.follow(tx, env, me, person)


def _unfollow(tx: Tx, env: Env, me: int, person: Actor, fields: Fields) -> object:
    return follows.unfollow(tx, env, me, person)


def _choose(tx: Tx, env: Env, me: int, person: Actor, fields: Fields) -> None:
    follows.choose(
        tx, env, me, person, shows_boosts="boosts" in fields, notifies="notify" in fields
    )


def _mute(tx: Tx, env: Env, me: int, person: Actor, fields: Fields) -> object:
    lasts = LASTS.get(fields.get("lasts", ""), None)
    return relations.mute(tx, env, me, person, lasts=lasts, hides_notices="notices" not in fields)


def _unmute(tx: Tx, env: Env, me: int, person: Actor, fields: Fields) -> object:
    return relations.unmute(tx, me, person)


def _block(tx: Tx, env: Env, me: int, person: Actor, fields: Fields) -> object:
    return relations.block(tx, env, me, person)


def _unblock(tx: Tx, env: Env, me: int, person: Actor, fields: Fields) -> object:
    return relations.unblock(tx, env, me, person)


ACTS: Final[Mapping[str, Do]] = {
    "follow": _follow,
    "unfollow": _unfollow,
    "choose": _choose,
    "mute": _mute,
    "unmute": _unmute,
    "block": _block,
    "unblock": _unblock,
}


async def act(visit: Visit) -> web.Response:
    """Do it, and show the page again on which it was done."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    name = visit.request.match_info["name"]
    do = ACTS.get(visit.request.match_info["what"])
    if do is None:
        raise not_found("page")

    def write(tx: Tx) -> None:
        do(tx, visit.env, viewer.account_id, person_named(tx, visit, name), fields)

    await visit.site.write(write)
    return see(local_path(fields.get("back", "")) or f"/@{name}")
