"""Whom people show on their profiles, and how one finds people to follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.accounts import MOST_AT_ONCE, person
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts, relationships
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.people_pages import people_page
from fedi_cotweet.services import endorsing
from storage.engine import Tx
from storage.models import Actor
from storage.queries import acquaintances

MOST: Final = 80


class Several(msgspec.Struct):
    """Ids of people."""

    id: tuple[str, ...] = ()


class Listed(msgspec.Struct):
    """Which part of the directory; ``local`` is always true."""

    order: Literal["active", "new"] = "active"
    offset: int = 0
    limit: int = 40


class Asked(msgspec.Struct):
    """How many suggestions."""

    limit: int = 40


async def own(call: Call) -> web.Response:
    """Whom the caller shows."""
    me, env = call.account_id, call.env
    return await people_page(call, lambda tx, window: endorsing.endorsed(tx, env, me, me, window))


async def of_account(call: Call) -> web.Response:
    """Whom somebody of this server shows; of others that is not known."""
    actor_id, env, viewer_id = call.path_id(), call.env, call.viewer_id
    return await people_page(
        call,
        lambda tx, window: endorsing.endorsed(tx, env, viewer_id, person(tx, actor_id).id, window),
    )


async def endorse(call: Call) -> web.Response:
    """Show somebody whom one follows."""
    me, env = call.account_id, call.env
    return await _changed(call, lambda tx, actor: endorsing.endorse(tx, env, me, actor))


async def unendorse(call: Call) -> web.Response:
    """Show them no more."""
    me = call.account_id
    return await _changed(call, lambda tx, actor: endorsing.unendorse(tx, me, actor))


async def familiar_followers(call: Call) -> web.Response:
    """Who of those whom one follows follows each of some people."""
    me, env = call.account_id, call.env
    # Mastodon.py sends the ids in a body, though it is a GET.
    wanted = await call.parameters(Several)
    given = [read_id(one) for one in wanted.id[:MOST_AT_ONCE]]
    ids = list(dict.fromkeys(one for one in given if one is not None))

    def read(tx: Tx) -> list[Document]:
        found = endorsing.familiar(tx, env, me, ids)
        people = accounts.accounts(tx, env, {by for known in found.values() for by in known})
        return [
            {
                "id": str(one),
                "accounts": [people[by] for by in found.get(one, ()) if by in people],
            }
            for one in ids
        ]

    return answer(await call.site.read(read))


async def directory(call: Call) -> web.Response:
    """People of this server who want to be found."""
    wanted, env, viewer_id = call.query(Listed), call.env, call.viewer_id
    offset, most = min(max(wanted.offset, 0), 2**31), min(max(wanted.limit, 1), MOST)

    def read(tx: Tx) -> list[Document]:
        found = acquaintances.directory(tx, viewer_id, wanted.order, env.now(), offset, most)
        return accounts.in_order(tx, env, found)

    return answer(await call.site.read(read))


async def suggestions(call: Call) -> web.Response:
    """``Suggestion``: people whom those follow whom one follows."""
    return answer(
        [
            {"source": "past_interactions", "sources": ["friends_of_friends"], "account": one}
            for one in await _suggested(call)
        ]
    )


async def first_suggestions(call: Call) -> web.Response:
    """The same as plain accounts."""
    return answer(await _suggested(call))


async def dismiss_suggestion(call: Call) -> web.Response:
    """Do not suggest somebody any more; what is not suggested may be dismissed too."""
    me, actor_id = call.account_id, call.path_id()
    await call.site.write(lambda tx: acquaintances.dismiss(tx, me, person(tx, actor_id).id))
    return answer({})


async def _suggested(call: Call) -> list[Document]:
    me, env, most = call.account_id, call.env, min(max(call.query(Asked).limit, 1), MOST)

    def read(tx: Tx) -> list[Document]:
        return accounts.in_order(tx, env, endorsing.suggested(tx, env, me, MOST)[:most])

    return await call.site.read(read)


async def _changed(call: Call, act: Callable[[Tx, Actor], None]) -> web.Response:
    me, actor_id, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document:
        act(tx, person(tx, actor_id))
        return relationships.one(tx, env.now(), me, actor_id)

    return answer(await call.site.write(write))
