"""Blocks become activities, for the person blocked alone."""

from __future__ import annotations

from activitypub.activities.block import build_block
from activitypub.activities.undo import build_undo
from fedi_cotweet.federation.outbox.lookups import GoneError, Payload, as_text
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from storage.engine import Tx
from storage.models import Actor, Block
from storage.queries import actors, relations


async def block_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    def query(tx: Tx) -> tuple[Block, Actor, Actor] | None:
        held = relations.block(tx, payload["block_id"])
        if held is None:
            return None
        people = actors.actors(tx, [held.actor_id, held.target_id])
        return held, people[held.actor_id], people[held.target_id]

    found = await runtime.store.read(query)
    if found is None or found[0].uri is None:
        return []  # taken back before it was said
    held, me, other = found
    uri = str(held.uri)
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Block",
            body=as_text(build_block(uri, me.uri, other.uri)),
            audience=Audience(people=(other.id,), personal=True),
        )
    ]


async def block_undone(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    people = await runtime.store.read(
        lambda tx: actors.actors(tx, [payload["actor_id"], payload["target_id"]])
    )
    if len(people) < 2:
        raise GoneError("actor")
    me, other = people[payload["actor_id"]], people[payload["target_id"]]
    undone = build_block(payload["uri"], me.uri, other.uri)
    uri = f"{payload['uri']}#undo"
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Undo",
            body=as_text(build_undo(uri, me.uri, undone, to=[other.uri])),
            audience=Audience(people=(other.id,), personal=True),
        )
    ]
