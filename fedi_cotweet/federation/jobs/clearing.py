"""Jobs that clear posts of what somebody did with them who is kept away now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.services import clearing, shutting_out
from storage.queries import keeping_away


async def clear_posts(context: Context, payload: Mapping[str, Any]) -> None:
    """Somebody blocked somebody, or did no longer."""
    await clear(context, int(payload["author_id"]), int(payload["actor_id"]))


async def clear_posts_of_host(context: Context, payload: Mapping[str, Any]) -> None:
    """Somebody blocked a server, or did no longer."""
    author_id, host = int(payload["author_id"]), str(payload["host"])
    store = context.runtime.store
    hosts = await store.read(lambda tx: shutting_out.hosts_under(tx, host))
    for actor_id in await store.read(lambda tx: keeping_away.people_from(tx, author_id, hosts)):
        await clear(context, author_id, actor_id)


async def clear(context: Context, author_id: int | None, actor_id: int) -> None:
    """All steps for one person, and one author of posts or (None) whoever wrote them."""
    place: clearing.Place | None = clearing.START
    while place is not None:
        place = await _step(context, author_id, actor_id, place)


async def _step(
    context: Context, author_id: int | None, actor_id: int, place: clearing.Place
) -> clearing.Place | None:
    env = context.env
    return await context.runtime.write(
        lambda tx: clearing.step(tx, env, author_id, actor_id, place)
    )
