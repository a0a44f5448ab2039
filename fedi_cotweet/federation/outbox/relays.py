"""What relays are asked and sent (FEP-ae0c)."""

from __future__ import annotations

from activitypub.activities.accept import build_accept
from activitypub.activities.announce import build_announce
from activitypub.activities.follow import build_follow
from activitypub.activities.undo import build_undo
from fedi_cotweet.federation.outbox.lookups import Payload, as_text, find_actor
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from fedi_cotweet.services.subscribing import asked_of
from storage.models import Post
from storage.queries import relay_subscriptions


async def relay_asked(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The instance actor follows the relay; of Mastodon's kind, the public collection."""
    key = payload["subscription_id"]
    held = await runtime.store.read(lambda tx: relay_subscriptions.subscription(tx, key))
    if held is None:
        return []
    me = runtime.env.addresses.instance_actor
    return [
        Outgoing(
            uri=held.follow_uri,
            actor_id=await runtime.keys.instance_id(),
            kind="Follow",
            body=as_text(build_follow(held.follow_uri, me, asked_of(held))),
            audience=Audience(inboxes=((held.inbox, held.host),)),
        )
    ]


async def relay_left(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The Follow is taken back."""
    me, uri = runtime.env.addresses.instance_actor, f"{payload['follow_uri']}#undo"
    asked = build_follow(payload["follow_uri"], me, payload["asked"])
    return [
        Outgoing(
            uri=uri,
            actor_id=await runtime.keys.instance_id(),
            kind="Undo",
            body=as_text(build_undo(uri, me, asked, to=[payload["asked"]])),
            audience=Audience(inboxes=((payload["inbox"], payload["host"]),)),
        )
    ]


async def relay_follows(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A relay that follows back is accepted, as whoever follows is."""
    relay = await find_actor(runtime, payload["actor_id"])
    me = runtime.env.addresses.instance_actor
    uri = f"{me}#accepts/{payload['answer_id']}"
    asked = {"id": payload["uri"], "type": "Follow", "actor": relay.uri, "object": me}
    return [
        Outgoing(
            uri=uri,
            actor_id=await runtime.keys.instance_id(),
            kind="Accept",
            body=as_text(build_accept(uri, me, asked, [relay.uri])),
            audience=Audience(people=(relay.id,), personal=True),
        )
    ]


async def announced_to_relays(runtime: Runtime, post: Post) -> list[Outgoing]:
    """A public post, for relays of LitePub's kind: they take an Announce by the instance actor."""
    if post.visibility != "public":
        return []
    subscriptions = await runtime.store.read(relay_subscriptions.subscriptions)
    inboxes = tuple(
        (held.inbox, held.host)
        for held in subscriptions
        if held.kind == "actor" and held.state == "accepted"
    )
    if not inboxes:
        return []
    me, uri = runtime.env.addresses.instance_actor, f"{post.uri}#relayed"
    published_at = post.published_at or runtime.env.now()
    document = build_announce(uri, me, post.uri, published_at, to=[f"{me}/followers"])
    return [
        Outgoing(
            uri=uri,
            actor_id=await runtime.keys.instance_id(),
            kind="Announce",
            object_uri=post.uri,
            body=as_text(document),
            audience=Audience(inboxes=inboxes),
        )
    ]
