"""Somebody here goes on elsewhere: their followers' servers let them follow there."""

from __future__ import annotations

from activitypub.activities.move import build_move
from fedi_cotweet.federation.outbox.lookups import Payload, find_actor
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, signed_for_all


async def actor_moved(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A ``Move``, after the ``Update`` that says ``movedTo``."""
    me = await find_actor(runtime, payload["actor_id"])
    uri = f"{me.uri}#moves/{payload['version']}"
    followers = me.followers_uri or f"{me.uri}/followers"
    document = build_move(uri, me.uri, payload["target"], to=[followers])
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Move",
            body=await signed_for_all(runtime, me.id, document),
            audience=Audience(followers_of=(me.id,)),
        )
    ]
