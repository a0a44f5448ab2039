"""What becomes of a local actor becomes activities."""

from __future__ import annotations

from activitypub.activities.delete import build_delete
from activitypub.activities.update import build_update
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.federation.actor_documents import actor_document
from fedi_cotweet.federation.outbox.lookups import GoneError, Payload, find_actor
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, signed_for_all
from storage.engine import Tx
from storage.models import Actor, ActorKey
from storage.queries import actors


async def actor_updated(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    def query(tx: Tx) -> tuple[Actor | None, list[ActorKey]]:
        actor_id = payload["actor_id"]
        return actors.actor(tx, actor_id), actors.keys_of(tx, actor_id)

    me, keys = await runtime.store.read(query)
    if me is None:
        raise GoneError("actor")
    uri = f"{me.uri}#updates/{payload['version']}"
    document = build_update(uri, me.uri, actor_document(runtime.env.addresses, me, keys))
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Update",
            body=await signed_for_all(runtime, me.id, document),
            audience=Audience(followers_of=(me.id,)),
        )
    ]


async def actor_deleted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """To every server we know: whoever holds anything of theirs lets go of it."""
    me = await find_actor(runtime, payload["actor_id"])
    uri = f"{me.uri}#delete"
    document = build_delete(uri, me.uri, me.uri, to=[PUBLIC])
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Delete",
            body=await signed_for_all(runtime, me.id, document),
            audience=Audience(everyone=True),
        )
    ]
