"""What is not offered here, in the shape of there being none of it: apps ask for it all the same,
and stop at an error.
"""

from __future__ import annotations

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call


class Several(msgspec.Struct):
    """Ids of people."""

    id: tuple[str, ...] = ()


async def none(call: Call) -> web.Response:
    """A list of nothing."""
    del call
    return answer([])


async def none_of(call: Call) -> web.Response:
    """A list of nothing of somebody, who must be there."""
    actor_id = call.path_id()
    await call.site.read(lambda tx: person(tx, actor_id))
    return answer([])


async def no_translations(call: Call) -> web.Response:
    """No language can be translated into another."""
    del call
    return answer({})


async def familiar_followers(call: Call) -> web.Response:
    """Of each of some people, nobody."""
    ids = [read_id(given) for given in call.query(Several).id[:80]]
    return answer([{"id": str(one), "accounts": []} for one in ids if one is not None])
