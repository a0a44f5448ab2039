"""Domain events become activities, one event at a time and in order.

Each event is read, turned into signed documents outside any transaction, and ended in the same
transaction that stores its activities and deliveries: killed anywhere, it happens once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from activitypub.activities.accept import build_accept
from activitypub.activities.create import build_create
from activitypub.activities.delete import build_delete
from activitypub.activities.follow import build_follow
from activitypub.activities.undo import build_undo
from activitypub.activities.update import build_update
from activitypub.coauthorship import answers, leaving
from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.vocab.reading import as_list
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.federation.sending import Audience, Outgoing, enqueue, proven, signed_for_all
from fedi_cotweet.services import documents
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.models import Actor, Follow, Offer, Post, Stamp
from storage.queries import actors, consents, follows, outbox, posts
from storage.queries.outbox import EventRow

Payload = Mapping[str, Any]
Build = Callable[[Runtime, Payload], Awaitable[list[Outgoing]]]


async def work_off(runtime: Runtime, *, limit: int = 50) -> int:
    """Turn up to ``limit`` events into activities; how many were dealt with."""
    now = runtime.env.now()
    events = await runtime.store.read(lambda tx: outbox.due(tx, now=now, limit=limit))
    for event in events:
        await _one(runtime, event)
    return len(events)


async def _one(runtime: Runtime, event: EventRow) -> None:
    try:
        outgoing = await BUILDERS[event.kind](runtime, event.payload)
    except Exception as error:  # an event that cannot be built must not stop those behind it
        log.exception("event_failed", kind=event.kind, event=event.id)
        delay = min(MINUTE * 2**event.attempts, 360 * MINUTE)
        next_at, text = runtime.env.now() + delay, repr(error)
        await runtime.store.write(
            lambda tx: outbox.failed(tx, event.id, next_at=next_at, error=text)
        )
        return

    def transaction(tx: Tx) -> None:
        if not outbox.done(tx, event.id):
            return
        for item in outgoing:
            enqueue(tx, runtime.env, item)
        _after(tx, runtime, event)

    await runtime.write(transaction)


def _after(tx: Tx, runtime: Runtime, event: EventRow) -> None:
    """What an event sets off besides activities."""
    payload = event.payload
    match event.kind:
        case "cotweet.published_with":
            later(
                tx,
                runtime.env,
                "announce",
                f"{payload['post_id']} {payload['account_id']}",
                delay=runtime.env.limits.announce_delay_ms,
                post_id=payload["post_id"],
                account_id=payload["account_id"],
            )
        case "stamp.deleted" | "cotweet.unannounced" if payload.get("post_id") is not None:
            boost = posts.boost_between(tx, payload["account_id"], payload["post_id"])
            if boost is not None:
                posts.remove_boost(tx, boost.id)


class _GoneError(LookupError):
    """What the event was about is not there any more."""


async def _follow_requested(runtime: Runtime, payload: Payload) -> list[Outgoing]:
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
            body=_text(document),
            audience=Audience(people=(followed.id,), personal=True),
        )
    ]


async def _follow_answered(runtime: Runtime, payload: Payload) -> list[Outgoing]:
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
            body=_text(build_accept(uri, followed.uri, asked, [follower.uri])),
            audience=Audience(people=(follower.id,), personal=True),
        )
    ]


async def _follow_undone(runtime: Runtime, payload: Payload) -> list[Outgoing]:
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
            body=_text(build_undo(uri, follower.uri, undone, to=[followed.uri])),
            audience=Audience(people=(followed.id,), personal=True),
        )
    ]


def _follow(tx: Tx, follow_id: int) -> tuple[Follow, Actor, Actor] | None:
    follow = follows.follow_by_id(tx, follow_id)
    if follow is None:
        return None
    people = actors.actors(tx, [follow.follower_id, follow.followed_id])
    return follow, people[follow.follower_id], people[follow.followed_id]


async def _offer_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer = await _offer(runtime, payload)
    if offer.state != "offered":
        return []
    return [
        Outgoing(
            uri=offer.uri,
            actor_id=offer.sender_id,
            kind="Offer",
            body=offer.document,
            audience=Audience(people=(offer.target_id,), personal=True),
        )
    ]


async def _offer_withdrawn(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer = await _offer(runtime, payload)
    document = answers.build_undo_offer(_invitation(offer))
    # An Undo that answers a late Accept goes out again, so it needs an id of its own here.
    return [
        Outgoing(
            uri=f"{document['id']}-{runtime.env.new_id()}",
            actor_id=offer.sender_id,
            kind="Undo",
            body=await proven(runtime, offer.sender_id, document),
            audience=Audience(people=(offer.target_id,), personal=True),
        )
    ]


async def _offer_accepted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer = await _offer(runtime, payload)
    if offer.state == "left":
        # Agreed and taken back before it was said: what is left to say is no.
        return await _offer_declined(runtime, payload)
    if offer.stamp_uri is None or offer.state not in ("accepted", "published"):
        return []
    me = await _actor(runtime, offer.target_id)
    uri = runtime.env.addresses.activity(me.username, offer.id)
    document = answers.build_accept(id=uri, offer=_invitation(offer), stamp_uri=offer.stamp_uri)
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Accept",
            body=await proven(runtime, me.id, document),
            audience=Audience(people=(offer.sender_id,), personal=True),
        )
    ]


async def _offer_declined(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer = await _offer(runtime, payload)
    me = await _actor(runtime, offer.target_id)
    uri = runtime.env.addresses.activity(me.username, offer.id)
    document = answers.build_reject(id=uri, offer=_invitation(offer), reason=offer.reason)
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Reject",
            body=await proven(runtime, me.id, document),
            audience=Audience(people=(offer.sender_id,), personal=True),
        )
    ]


async def _offer(runtime: Runtime, payload: Payload) -> Offer:
    offer = await runtime.store.read(lambda tx: consents.offer(tx, payload["offer_id"]))
    if offer is None:
        raise _GoneError("offer")
    return offer


def _invitation(offer: Offer) -> Invitation:
    read = read_offer(orjson.loads(offer.document))
    if not isinstance(read, Invitation):  # checked before it was stored
        raise ValueError(f"stored Offer {offer.uri} is unreadable: {read.code}")
    return read


async def _actor(runtime: Runtime, actor_id: int) -> Actor:
    actor = await runtime.store.read(lambda tx: actors.actor(tx, actor_id))
    if actor is None:
        raise _GoneError("actor")
    return actor


async def _post_published(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await runtime.store.read(lambda tx: _renditions(tx, payload["post_id"]))
    if found is None:
        return []
    post, author, full, plain, people = found
    uri = runtime.env.addresses.create(post.id)
    published_at = post.published_at or runtime.env.now()
    ordinary = await signed_for_all(
        runtime,
        author.id,
        build_create(uri, author.uri, plain, published_at),
        reply=post.in_reply_to_uri is not None,
    )
    create = Outgoing(
        uri=uri,
        actor_id=author.id,
        kind="Create",
        object_uri=post.uri,
        body=ordinary,
        public=True,
        audience=Audience(followers_of=(author.id,)),
        extra=(Audience(people=people, personal=True),),
    )
    if not post.co_authored:
        return [create]
    body = await proven(runtime, author.id, build_create(uri, author.uri, full, published_at))
    return [replace(create, body=body, plain_body=ordinary)]


def _renditions(
    tx: Tx, post_id: int
) -> tuple[Post, Actor, dict[str, Any], dict[str, Any], tuple[int, ...]] | None:
    post = posts.post(tx, post_id)
    if post is None or post.state != "published":
        return None
    author = actors.actor(tx, post.author_id)
    if author is None:
        return None
    full, plain = documents.full_note(tx, post), documents.plain_note(tx, post)
    named = [str(uri) for uri in (*as_list(full.get("to")), *as_list(full.get("cc")))]
    rows = posts.authors_of(tx, [post_id])[post_id]
    named += [row.actor_uri for row in rows]
    # People here have it already: it is in the same database.
    people = tuple(
        actor.id for actor in actors.actors_by_uri(tx, named).values() if not actor.local
    )
    return post, author, full, plain, people


async def _post_updated(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await runtime.store.read(lambda tx: _renditions(tx, payload["post_id"]))
    if found is None:
        return []
    post, author, full, plain, people = found
    uri = f"{post.uri}#updates/{payload['at']}"
    ordinary = await signed_for_all(
        runtime,
        author.id,
        build_update(uri, author.uri, plain),
        reply=post.in_reply_to_uri is not None,
    )
    co_authored = bool(full.get("coAuthors"))
    body = (
        await proven(runtime, author.id, build_update(uri, author.uri, full))
        if co_authored
        else ordinary
    )
    return [
        Outgoing(
            uri=uri,
            actor_id=author.id,
            kind="Update",
            object_uri=post.uri,
            body=body,
            plain_body=ordinary if co_authored else None,
            audience=Audience(
                followers_of=(author.id,), people=people, holders_of=(post.uri,), personal=True
            ),
        )
    ]


async def _post_deleted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    def query(tx: Tx) -> tuple[Post | None, Actor | None]:
        post = posts.post(tx, payload["post_id"])
        return post, actors.actor(tx, post.author_id) if post is not None else None

    post, author = await runtime.store.read(query)
    if post is None or author is None:
        return []
    uri = f"{post.uri}#delete"
    document = build_delete(uri, author.uri, post.uri, to=[PUBLIC], former_type=post.kind)
    return [
        Outgoing(
            uri=uri,
            actor_id=author.id,
            kind="Delete",
            object_uri=post.uri,
            body=await signed_for_all(runtime, author.id, document),
            audience=Audience(followers_of=(author.id,), holders_of=(post.uri,)),
        )
    ]


async def _published_with(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A local co-author's post is out: its signed Create goes to their followers' aware servers."""
    found = await runtime.store.read(lambda tx: _carried(tx, runtime, payload))
    return [] if found is None else [found]


def _carried(tx: Tx, runtime: Runtime, payload: Payload) -> Outgoing | None:
    post = posts.post(tx, payload["post_id"])
    me = actors.actor(tx, payload["account_id"])
    author = actors.actor(tx, post.author_id) if post is not None else None
    if post is None or me is None or author is None or post.state != "published":
        return None
    if post.local:
        uri = runtime.env.addresses.create(post.id)
        held = consents.activity_by_uri(tx, uri)
        if held is None:  # its event failed and will be tried again: so will this
            raise _GoneError("Create")
        text: str | None = held.body
    else:
        uri, text = f"{me.uri}#carried/{post.id}/{post.updated_at or 0}", post.carrier
    if text is None:
        return None
    return Outgoing(
        uri=uri,
        actor_id=author.id,
        signer_id=me.id,
        kind="Create",
        object_uri=post.uri,
        body=text,
        audience=Audience(
            followers_of=(me.id,), only_aware=True, not_hosts=frozenset({author.host})
        ),
    )


async def _update_carried(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """An Update with a proof, forwarded unchanged to the followers of its co-authors here."""

    def query(tx: Tx) -> list[Outgoing]:
        post = posts.post(tx, payload["post_id"])
        author = actors.actor(tx, post.author_id) if post is not None else None
        if post is None or author is None:
            return []
        return [
            Outgoing(
                uri=f"{author.uri}#carried/{post.id}/{stamp.account_id}/{post.updated_at or 0}",
                actor_id=author.id,
                signer_id=stamp.account_id,
                kind="Update",
                object_uri=post.uri,
                body=payload["text"],
                audience=Audience(
                    followers_of=(stamp.account_id,),
                    only_aware=True,
                    not_hosts=frozenset({author.host}),
                ),
            )
            for stamp in consents.live_stamps(tx, post.uri)
        ]

    return await runtime.store.read(query)


async def _delete_carried(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A Delete, passed on unchanged to all who have the post from a co-author here."""

    def query(tx: Tx) -> list[Outgoing]:
        post = posts.post(tx, payload["post_id"])
        author = actors.actor(tx, post.author_id) if post is not None else None
        if post is None or author is None:
            return []
        account_id = int(payload["account_id"])
        boost = posts.boost_between(tx, account_id, post.id)
        held = (post.uri,) if boost is None else (post.uri, boost.uri)
        return [
            Outgoing(
                uri=f"{author.uri}#carried/{post.id}/{account_id}/delete",
                actor_id=author.id,
                signer_id=account_id,
                kind="Delete",
                body=payload["text"],
                audience=Audience(
                    followers_of=(account_id,),
                    holders_of=held,
                    not_hosts=frozenset({author.host}),
                ),
            )
        ]

    return await runtime.store.read(query)


async def _stamp_deleted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A local co-author left: everyone learns it from them, whatever the primary's server does."""

    def query(tx: Tx) -> tuple[Stamp | None, Actor | None, Actor | None]:
        stamp = consents.stamp_by_id(tx, payload["stamp_id"])
        me = actors.actor(tx, payload["account_id"])
        primary = actors.actor_by_uri(tx, str(stamp.authors[0])) if stamp is not None else None
        return stamp, me, primary

    stamp, me, primary = await runtime.store.read(query)
    if stamp is None or me is None:
        return []
    document = leaving.build_delete_stamp(
        stamp_uri=stamp.uri,
        actor=me.uri,
        primary=str(stamp.authors[0]),
        followers=me.followers_uri or f"{me.uri}/followers",
    )
    unpublished = payload.get("post_id") is None
    people = (primary.id,) if primary is not None else ()
    deletion = Outgoing(
        uri=str(document["id"]),
        actor_id=me.id,
        kind="Delete",
        object_uri=stamp.object_uri,
        body=await proven(runtime, me.id, document),
        # Software that does not know the stamp's type may refuse a document with one (Fedify: 400).
        plain_body=await proven(runtime, me.id, {**document, "object": stamp.uri}),
        audience=Audience(people=people, personal=True),
        # Nobody but the primary author ever heard of a draft.
        extra=()
        if unpublished
        else (Audience(followers_of=(me.id,), holders_of=(stamp.object_uri,)),),
    )
    return [deletion, *await _unannounced(runtime, payload)]


async def _unannounced(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The Announce of a former co-author is taken back."""

    def query(tx: Tx) -> tuple[str, str] | None:
        post_id = payload.get("post_id")
        boost = (
            posts.boost_between(tx, payload["account_id"], post_id) if post_id is not None else None
        )
        post = posts.post(tx, post_id) if post_id is not None else None
        return (boost.uri, post.uri) if boost is not None and post is not None else None

    found = await runtime.store.read(query)
    if found is None:
        return []
    announce_uri, object_uri = found
    me = await _actor(runtime, payload["account_id"])
    undone = {"id": announce_uri, "type": "Announce", "actor": me.uri, "object": object_uri}
    uri = f"{announce_uri}#undo"
    document = build_undo(uri, me.uri, undone, to=[PUBLIC])
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Undo",
            object_uri=announce_uri,
            body=await signed_for_all(runtime, me.id, document),
            audience=Audience(followers_of=(me.id,), holders_of=(announce_uri,)),
        )
    ]


async def _stamp_forwarded(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A co-author's Delete of a stamp goes on to everyone who has the post."""
    post = await runtime.store.read(lambda tx: posts.post(tx, payload["post_id"]))
    if post is None:
        return []
    leaver = await _actor(runtime, payload["actor_id"])
    return [
        Outgoing(
            uri=f"{post.uri}#forwarded/{leaver.id}",
            actor_id=leaver.id,
            signer_id=post.author_id,
            kind="Delete",
            object_uri=None,
            body=payload["text"],
            audience=Audience(holders_of=(post.uri,), not_hosts=frozenset({leaver.host})),
        )
    ]


def _text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()


BUILDERS: Final[Mapping[str, Build]] = {
    "cotweet.delete_carried": _delete_carried,
    "cotweet.published_with": _published_with,
    "cotweet.unannounced": _unannounced,
    "cotweet.update_carried": _update_carried,
    "follow.answered": _follow_answered,
    "follow.requested": _follow_requested,
    "follow.undone": _follow_undone,
    "offer.accepted": _offer_accepted,
    "offer.declined": _offer_declined,
    "offer.made": _offer_made,
    "offer.withdrawn": _offer_withdrawn,
    "post.deleted": _post_deleted,
    "post.published": _post_published,
    "post.updated": _post_updated,
    "stamp.deleted": _stamp_deleted,
    "stamp.forwarded": _stamp_forwarded,
}
