"""Events of following become activities."""

from __future__ import annotations

from activitypub.activities.accept import build_accept
from activitypub.activities.follow import build_follow
from activitypub.activities.reject import build_reject
from activitypub.activities.undo import build_undo
from fedi_cotweet.federation.outbox.lookups import Payload, as_text
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from storage.engine import Tx
from storage.models import Actor, Follow
from storage.queries import actors, follows


async def follow_requested(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await runtime.store.read(lambda tx: _follow(tx, payload["follow_id"]))
    if found is None:
        return []
    follow, follower, followed = found
    document = build_follow(follow.uri, follower.uri, followed.uri)
    return [
        Outgoing(
            uri=follow.uri,
            actor_id=follower.id,
            kind="Follow",
            body=as_text(document),
            audience=Audience(people=(followed.id,), personal=True),
        )
    ]


async def follow_answered(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await runtime.store.read(lambda tx: _follow(tx, payload["follow_id"]))
    if found is None:
        return []
    follow, follower, followed = found
    uri = runtime.env.addresses.activity(followed.username, runtime.env.new_id())
    asked = {
        "id": follow.uri,
        "type": "Follow",
        "actor": follower.uri,
        "object": followed.uri,
    }
    return [
        Outgoing(
            uri=uri,
            actor_id=followed.id,
            kind="Accept",
            body=as_text(build_accept(uri, followed.uri, asked, [follower.uri])),
            audience=Audience(people=(follower.id,), personal=True),
        )
    ]


async def follow_rejected(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    people = await runtime.store.read(
        lambda tx: actors.actors(tx, [payload["follower_id"], payload["followed_id"]])
    )
    follower, followed = people[payload["follower_id"]], people[payload["followed_id"]]
    uri = runtime.env.addresses.activity(followed.username, runtime.env.new_id())
    asked = {
        "id": payload["uri"],
        "type": "Follow",
        "actor": follower.uri,
        "object": followed.uri,
    }
    return [
        Outgoing(
            uri=uri,
            actor_id=followed.id,
            kind="Reject",
            body=as_text(build_reject(uri, followed.uri, asked, [follower.uri])),
            audience=Audience(people=(follower.id,), personal=True),
        )
    ]


async def follow_undone(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    people = await runtime.store.read(
        lambda tx: actors.actors(tx, [payload["follower_id"], payload["followed_id"]])
    )
    follower, followed = people[payload["follower_id"]], people[payload["followed_id"]]
    undone = {
        "id": payload["uri"],
        "type": "Follow",
        "actor": follower.uri,
        "object": followed.uri,
    }
    uri = f"{payload['uri']}#undo"
    return [
        Outgoing(
            uri=uri,
            actor_id=follower.id,
            kind="Undo",
            body=as_text(build_undo(uri, follower.uri, undone, to=[followed.uri])),
            audience=Audience(people=(followed.id,), personal=True),
        )
    ]


def _follow(tx: Tx, follow_id: int) -> tuple[Follow, Actor, Actor] | None:
    follow = follows.follow_by_id(tx, follow_id)
    if follow is None:
        return None
    people = actors.actors(tx, [follow.follower_id, follow.followed_id])
    return follow, people[follow.follower_id], people[follow.followed_id]
