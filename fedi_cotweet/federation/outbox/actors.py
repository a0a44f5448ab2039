"""What becomes of a local actor becomes activities."""

from __future__ import annotations

from typing import Any

from activitypub.activities.delete import build_delete
from activitypub.activities.update import build_update
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.federation.actor_documents import actor_document
from fedi_cotweet.federation.outbox.lookups import GoneError, Payload, find_actor
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, signed_for_all
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, consents


async def actor_updated(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """To their followers, and to all with whom they wrote a post: it is shown and found there.

    Of the instance actor to every server we know: all check what it signs.
    """

    def query(tx: Tx) -> tuple[Actor, dict[str, Any], list[int]]:
        found = actors.actor(tx, payload["actor_id"])
        if found is None:
            raise GoneError("actor")
        others = actors.actors_by_uri(tx, consents.co_authors_of(tx, found.id)).values()
        return found, actor_document(tx, runtime.env, found), [a.id for a in others if not a.local]

    runtime.keys.forget(payload["actor_id"])
    me, now_like_this, others = await runtime.store.read(query)
    uri = f"{me.uri}#updates/{payload['version']}"
    document = build_update(uri, me.uri, now_like_this)
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Update",
            body=await signed_for_all(runtime, me.id, document),
            audience=Audience(everyone=True)
            if me.kind == "Application"
            else Audience(followers_of=(me.id,), people=tuple(others)),
        )
    ]


async def server_returned(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The instance actor as it is, to every server we know: something signed, and no news."""
    key = await runtime.keys.instance_id()

    def query(tx: Tx) -> tuple[Actor, dict[str, Any]]:
        found = actors.actor(tx, key)
        if found is None:
            raise GoneError("instance actor")
        return found, actor_document(tx, runtime.env, found)

    me, document = await runtime.store.read(query)
    uri = f"{me.uri}#updates/{payload['version']}"
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Update",
            body=await signed_for_all(runtime, me.id, build_update(uri, me.uri, document)),
            audience=Audience(everyone=True),
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
