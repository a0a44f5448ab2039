"""Blocks, mutes, and blocked servers."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from aiohttp import web

from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import relationships
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import invalid
from fedi_cotweet.mastodon_api.people_pages import people_page
from fedi_cotweet.services import relations
from fedi_cotweet.services.hosts import host_named
from storage.engine import Tx
from storage.models import Actor
from storage.queries import networks


class Muting(msgspec.Struct):
    """``duration`` in seconds, 0: until it is taken back."""

    duration: int = 0
    notifications: bool = True


class Domain(msgspec.Struct):
    """A server by its name."""

    domain: str = ""


async def block(call: Call) -> web.Response:
    """Have nothing to do with somebody any more."""
    me, env = call.account_id, call.env
    return await _related(call, lambda tx, other: relations.block(tx, env, me, other))


async def unblock(call: Call) -> web.Response:
    """Take a block back."""
    me, env = call.account_id, call.env
    return await _related(call, lambda tx, other: relations.unblock(tx, env, me, other))


async def mute(call: Call) -> web.Response:
    """Do not see somebody's posts, for a time or for good."""
    me, env, wanted = call.account_id, call.env, await call.parameters(Muting)
    lasts = wanted.duration * SECOND or None

    def act(tx: Tx, other: Actor) -> None:
        relations.mute(tx, env, me, other, lasts=lasts, hides_notices=wanted.notifications)

    return await _related(call, act)


async def unmute(call: Call) -> web.Response:
    """See somebody's posts again."""
    me = call.account_id
    return await _related(call, lambda tx, other: relations.unmute(tx, me, other))


async def blocks(call: Call) -> web.Response:
    """Whom the caller blocks."""
    me = call.account_id
    return await people_page(call, lambda tx, window: networks.blocked(tx, me, window))


async def mutes(call: Call) -> web.Response:
    """Whom the caller mutes, and until when."""
    me, now = call.account_id, call.env.now()

    def finish(tx: Tx, found: list[Document]) -> list[Document]:
        held = relationships.in_order(tx, now, me, [int(one["id"]) for one in found])
        return [
            {**one, "mute_expires_at": of["muting_expires_at"]}
            for one, of in zip(found, held, strict=True)
        ]

    return await people_page(call, lambda tx, window: networks.muted(tx, me, now, window), finish)


async def domain_blocks(call: Call) -> web.Response:
    """The servers that the caller blocks."""
    me, window = call.account_id, call.window(100, 200)
    found = await call.site.read(lambda tx: networks.blocked_hosts(tx, me, window))
    ordered = sorted(found, reverse=True)
    names, places = [host for _, host in ordered], [place for place, _ in ordered]
    return page(call.request, call.env.addresses.base, names, places)


async def block_domain(call: Call) -> web.Response:
    """Want nothing from a whole server."""
    me, env, host = call.account_id, call.env, await _host(call)
    await call.site.write(lambda tx: relations.block_host(tx, env, me, host))
    return answer({})


async def unblock_domain(call: Call) -> web.Response:
    """Take the block of a server back."""
    me, env, host = call.account_id, call.env, await _host(call)
    await call.site.write(lambda tx: relations.unblock_host(tx, env, me, host))
    return answer({})


async def _related(call: Call, act: Callable[[Tx, Actor], object]) -> web.Response:
    me, actor_id, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document:
        act(tx, person(tx, actor_id))
        return relationships.one(tx, env.now(), me, actor_id)

    return answer(await call.site.write(write))


async def _host(call: Call) -> str:
    given = (await call.parameters(Domain)).domain.strip()
    if not given:
        raise invalid("domain", "can't be blank", "ERR_BLANK")
    return host_named(given)
