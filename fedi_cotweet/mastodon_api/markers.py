"""How far the caller has read."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.mastodon_api.errors import invalid
from fedi_cotweet.services import markers
from storage.models import Marker
from storage.queries import notifications as stored


class Timelines(msgspec.Struct):
    """Which markers."""

    timeline: tuple[str, ...] = ()


class Place(msgspec.Struct):
    """The newest that was read."""

    last_read_id: str | int | None = None


class Places(msgspec.Struct):
    """Of each timeline; None: it is left as it is."""

    home: Place | None = None
    notifications: Place | None = None


async def show(call: Call) -> web.Response:
    """Those that are asked for and set."""
    me, wanted = call.account_id, call.query(Timelines).timeline
    found = await call.site.read(lambda tx: stored.markers(tx, me))
    return answer(_documents({name: found[name] for name in found if name in wanted}))


async def save(call: Call) -> web.Response:
    """Go on to what was read; never back."""
    me, env, given = call.account_id, call.env, await call.parameters(Places)
    read = {}
    for name in markers.TIMELINES:
        place = getattr(given, name)
        if place is not None and place.last_read_id is not None:
            number = read_id(str(place.last_read_id))
            if number is None:
                raise invalid("last_read_id", "is no id")
            read[name] = number
    return answer(_documents(await call.site.write(lambda tx: markers.advance(tx, env, me, read))))


def _documents(found: Mapping[str, Marker]) -> Document:
    return {
        name: {
            "last_read_id": str(one.last_read_id),
            "version": one.version,
            "updated_at": moment(one.updated_at),
        }
        for name, one in found.items()
    }
