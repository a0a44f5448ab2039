"""What somebody here shows first on their profile becomes activities."""

from __future__ import annotations

from typing import Any, Literal

from activitypub.activities.envelope import build_activity
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.federation.outbox.lookups import GoneError, Payload, as_text
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, posts


async def post_pinned(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """Followers' servers show it first too."""
    me, post = await _both(runtime, payload)
    document = _document(runtime, payload, "Add", me, post)
    return [
        Outgoing(
            uri=document["id"],
            actor_id=me.id,
            kind="Add",
            body=as_text(document),
            audience=Audience(followers_of=(me.id,)),
        )
    ]


async def post_unpinned(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """And no more."""
    me, post = await _both(runtime, payload)
    document = _document(runtime, payload, "Remove", me, post)
    return [
        Outgoing(
            uri=document["id"],
            actor_id=me.id,
            kind="Remove",
            body=as_text(document),
            audience=Audience(followers_of=(me.id,)),
        )
    ]


async def _both(runtime: Runtime, payload: Payload) -> tuple[Actor, Post]:
    def query(tx: Tx) -> tuple[Actor | None, Post | None]:
        return actors.actor(tx, payload["actor_id"]), posts.post(tx, payload["post_id"])

    me, post = await runtime.store.read(query)
    if me is None or post is None:
        raise GoneError("actor or post")
    return me, post


def _document(
    runtime: Runtime, payload: Payload, kind: Literal["Add", "Remove"], me: Actor, post: Post
) -> dict[str, Any]:
    uri = runtime.env.addresses.activity(me.username, payload["version"])
    document = build_activity(uri, kind, me.uri, post.uri, to=[PUBLIC])
    return document | {"target": me.featured_uri}
