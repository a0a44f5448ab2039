"""Collections that people's programs made, at their own ids."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer, missing, number
from fedi_cotweet.federation.routes.bearers import reader
from fedi_cotweet.services import collections
from storage.engine import Tx
from storage.queries import actors
from storage.queries import collections as stored


async def own_collection(request: web.Request) -> web.Response:
    """A collection: to its owner what they put in, to others the posts that are for everybody.

    One that is not public is there for its owner alone.
    """
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path
    me, before = await reader(request), number(request.query.get("before", ""))
    pages = "page" in request.query

    def query(tx: Tx) -> tuple[bool, dict[str, Any]] | None:
        held = stored.collection(tx, uri)
        owner = None if held is None else actors.actor(tx, held.actor_id)
        if held is None or owner is None:
            return None
        if owner.suspended_at is not None or owner.gone_at is not None:
            return None
        mine = me is not None and me.id == owner.id
        if not (mine or held.public):
            return None
        if pages:
            return mine, collections.page(tx, held, before, mine=mine)
        return mine, collections.shown(tx, owner, held, mine=mine)

    found = await context.runtime.store.read(query)
    if found is None:
        return missing()
    mine, document = found
    cache = "private, no-store" if mine else "public, max-age=30"
    return json_answer(document, cache=cache, vary="Accept, Authorization")
