"""Jobs that take people out, or let them in again: much work, in small steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.clearing import clear
from fedi_cotweet.services import departing, shutting_out
from storage.models import Actor
from storage.queries import actors

AT_ONCE: Final = 100


async def depart(context: Context, payload: Mapping[str, Any]) -> None:
    """Somebody was suspended, deleted, or is gone."""
    actor_id, env = int(payload["actor_id"]), context.env
    while await context.runtime.write(lambda tx: departing.step_out(tx, env, actor_id)):
        pass
    await clear(context, None, actor_id)
    await context.runtime.write(lambda tx: departing.say_goodbye(tx, env, actor_id))


async def let_in(context: Context, payload: Mapping[str, Any]) -> None:
    """Somebody is not suspended any more."""
    actor_id, env = int(payload["actor_id"]), context.env
    await context.runtime.write(lambda tx: departing.let_in(tx, env, actor_id))
    await clear(context, None, actor_id)


async def apply_host_rule(context: Context, payload: Mapping[str, Any]) -> None:
    """A rule for a server was made or taken back: everybody from there goes, or is let in."""
    host, runtime = str(payload["host"]), context.runtime
    for name in await runtime.store.read(lambda tx: shutting_out.hosts_under(tx, host)):
        last = 0
        while people := await _next(context, name, last):
            last = people[-1].id
            for actor in people:
                if not actor.local:
                    await _one(context, actor)


async def _next(context: Context, host: str, after: int) -> list[Actor]:
    return await context.runtime.store.read(lambda tx: actors.actors_on(tx, host, after, AT_ONCE))


async def _one(context: Context, actor: Actor) -> None:
    runtime, env = context.runtime, context.env
    if await runtime.store.read(lambda tx: departing.out(tx, actor)):
        while await runtime.write(lambda tx: departing.step_out(tx, env, actor.id)):
            pass
    else:
        await runtime.write(lambda tx: departing.let_in(tx, env, actor.id))
    await clear(context, None, actor.id)
