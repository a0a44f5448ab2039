"""What the authors of a co-tweet say and propose to each other becomes activities.

Without proofs: what is said in private can be shown to nobody as somebody's word.
"""

from __future__ import annotations

from activitypub.activities.accept import build_accept
from activitypub.activities.delete import build_delete
from activitypub.activities.reject import build_reject
from activitypub.activities.undo import build_undo
from activitypub.coauthorship.discussion import build_comment, build_parting
from activitypub.coauthorship.proposals import (
    Kind,
    build_proposal,
    proposal_reference,
    words_of,
)
from activitypub.html import from_text
from fedi_cotweet.federation.outbox.lookups import Payload, as_text
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from fedi_cotweet.services.circles import circle
from storage.engine import Tx
from storage.models import Actor, Change
from storage.queries import actors, changes, consents, discussion, posts


async def comment_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A remark goes to the other authors' own inboxes; those who live here have it."""

    def query(tx: Tx) -> list[Outgoing]:
        row = discussion.comment(tx, payload["comment_id"])
        me = actors.actor(tx, row.actor_id) if row is not None else None
        if row is None or me is None or row.deleted_at is not None:
            return []
        around = circle(tx, runtime.env, row.object_uri, me.id)
        if around is None:
            return []  # they left before it was sent
        others = [uri for uri in around.authors if uri != me.uri]
        document = build_comment(
            id=row.uri,
            actor=me.uri,
            object_id=row.object_uri,
            to=others,
            content=row.content,
            published_at=row.created_at,
        )
        return [
            Outgoing(
                uri=str(document["id"]),
                actor_id=me.id,
                kind="Create",
                object_uri=row.uri,
                body=as_text(document),
                audience=Audience(people=_elsewhere(tx, others), personal=True),
            )
        ]

    return await runtime.store.read(query)


async def comment_deleted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """Everyone who got a remark is told that it is taken back."""

    def query(tx: Tx) -> list[Outgoing]:
        row = discussion.comment(tx, payload["comment_id"])
        me = actors.actor(tx, row.actor_id) if row is not None else None
        if row is None or me is None:
            return []
        uri = f"{row.uri}#delete"
        document = build_delete(uri, me.uri, row.uri, to=[], former_type="Note")
        return [
            Outgoing(
                uri=uri,
                actor_id=me.id,
                kind="Delete",
                body=as_text(document),
                audience=Audience(holders_of=(row.uri,)),
            )
        ]

    return await runtime.store.read(query)


async def parted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The remaining authors learn who takes no part in a draft any more, and tell them no more."""

    def query(tx: Tx) -> list[Outgoing]:
        post = posts.post(tx, payload["post_id"])
        author = actors.actor(tx, post.author_id) if post is not None else None
        if post is None or author is None or post.state != "draft":
            return []
        around = circle(tx, runtime.env, post.uri, author.id)
        others = around.authors[1:] if around is not None else ()
        if not others:
            return []
        document = build_parting(
            id=f"{post.uri}#parted/{payload['at']}",
            primary=author.uri,
            gone=payload["actor"],
            object_id=post.uri,
            to=others,
        )
        people = tuple(actor.id for actor in actors.actors_by_uri(tx, others).values())
        return [
            Outgoing(
                uri=str(document["id"]),
                actor_id=author.id,
                kind="Remove",
                body=as_text(document),
                audience=Audience(people=people, personal=True),
            )
        ]

    return await runtime.store.read(query)


async def proposal_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A proposal goes to the primary author's own inbox."""

    def query(tx: Tx) -> list[Outgoing]:
        found = _sides(tx, payload)
        if found is None or found[0].state != "proposed":
            return []
        change, by, primary = found
        kind: Kind = "delete" if change.kind == "delete" else "edit"
        words = words_of(
            str(change.words.get("content") or ""),
            summary=str(change.words.get("summary") or ""),
            language=change.words.get("language"),
            tags=change.words.get("tags", ()),
        )
        document = build_proposal(
            id=str(change.uri),
            actor=by.uri,
            target=primary.uri,
            kind=kind,
            object_id=change.object_uri,
            words=words,
            comment=from_text(change.comment),
        )
        return [
            Outgoing(
                uri=str(change.uri),
                actor_id=by.id,
                kind="Offer",
                body=as_text(document),
                audience=Audience(people=_elsewhere(tx, [primary.uri]), personal=True),
            )
        ]

    return await runtime.store.read(query)


async def proposal_withdrawn(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """Its maker takes a proposal back."""

    def query(tx: Tx) -> list[Outgoing]:
        found = _sides(tx, payload)
        if found is None:
            return []
        change, by, primary = found
        reference = proposal_reference(id=str(change.uri), actor=by.uri, target=primary.uri)
        uri = f"{change.uri}#undo"
        return [
            Outgoing(
                uri=uri,
                actor_id=by.id,
                kind="Undo",
                body=as_text(build_undo(uri, by.uri, reference, to=[primary.uri])),
                audience=Audience(people=_elsewhere(tx, [primary.uri]), personal=True),
            )
        ]

    return await runtime.store.read(query)


async def proposal_answered(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The primary author's yes or no goes to whoever proposed."""

    def query(tx: Tx) -> list[Outgoing]:
        found = _sides(tx, payload)
        if found is None:
            return []
        change, by, primary = found
        reference = proposal_reference(id=str(change.uri), actor=by.uri, target=primary.uri)
        audience = Audience(people=_elsewhere(tx, [by.uri]), personal=True)
        uri = runtime.env.addresses.activity(primary.username, change.id)
        if change.state == "applied":
            accept = build_accept(uri, primary.uri, reference, to=[by.uri])
            return [
                Outgoing(
                    uri=uri,
                    actor_id=primary.id,
                    kind="Accept",
                    body=as_text(accept),
                    audience=audience,
                )
            ]
        reject = build_reject(
            uri, primary.uri, reference, [by.uri], content=from_text(change.reason)
        )
        return [
            Outgoing(
                uri=uri,
                actor_id=primary.id,
                kind="Reject",
                body=as_text(reject),
                audience=audience,
            )
        ]

    return await runtime.store.read(query)


def _sides(tx: Tx, payload: Payload) -> tuple[Change, Actor, Actor] | None:
    """A proposal, whose it is, and the primary author it is for."""
    change = changes.change_by_id(tx, payload["change_id"])
    by = actors.actor(tx, change.by_id) if change is not None else None
    if change is None or by is None or change.uri is None:
        return None
    primary = None
    post = posts.post_by_uri(tx, change.object_uri)
    if post is not None:
        primary = actors.actor(tx, post.author_id)
    else:
        offers = consents.offers_for_object(tx, change.object_uri, "received")
        mine = [offer for offer in offers if offer.target_id == by.id]
        primary = actors.actor(tx, mine[-1].sender_id) if mine else None
    return None if primary is None else (change, by, primary)


def _elsewhere(tx: Tx, uris: list[str]) -> tuple[int, ...]:
    """Of these people those who live elsewhere: the others share this database."""
    found = actors.actors_by_uri(tx, uris).values()
    return tuple(actor.id for actor in found if not actor.local)
