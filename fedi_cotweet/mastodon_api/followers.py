"""Who follows whom, and who may follow oneself."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import relationships
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.people_pages import people_page
from fedi_cotweet.services import follows, networks
from storage.engine import Tx
from storage.queries import networks as stored


async def followers(call: Call) -> web.Response:
    """Who follows somebody, as far as the caller may know."""
    return await _network(call, stored.followers)


async def following(call: Call) -> web.Response:
    """Whom somebody follows."""
    return await _network(call, stored.following)


async def requests(call: Call) -> web.Response:
    """Who waits to follow the caller."""
    me, env = call.account_id, call.env
    return await people_page(call, lambda tx, window: networks.requests(tx, env, me, window))


async def authorize(call: Call) -> web.Response:
    """Let somebody follow."""
    return await _answered(call, accepted=True)


async def reject(call: Call) -> web.Response:
    """Do not let somebody follow."""
    return await _answered(call, accepted=False)


async def remove(call: Call) -> web.Response:
    """End somebody's follow."""
    me, actor_id, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document:
        networks.remove_follower(tx, env, me, person(tx, actor_id))
        return relationships.one(tx, env.now(), me, actor_id)

    return answer(await call.site.write(write))


async def _network(call: Call, find: networks.Find) -> web.Response:
    actor_id, env, viewer_id = call.path_id(), call.env, call.viewer_id
    return await people_page(
        call,
        lambda tx, window: networks.page(tx, env, viewer_id, person(tx, actor_id), find, window),
    )


async def _answered(call: Call, *, accepted: bool) -> web.Response:
    me, actor_id, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document:
        follows.answer_request(tx, env, me, person(tx, actor_id), accepted=accepted)
        return relationships.one(tx, env.now(), me, actor_id)

    return answer(await call.site.write(write))
