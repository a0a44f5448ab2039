"""Questions to artists, and their answers, become activities."""

from __future__ import annotations

from typing import Any

import orjson

from activitypub.coauthorship.credits import CREDIT_TYPE
from activitypub.coauthorship.stamps import stamp_context
from activitypub.vocab.reading import as_list
from activitypub.vocab.terms import AS2, CREDIT_TERMS, PUBLIC
from fedi_cotweet.federation.outbox.lookups import GoneError, Payload
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, proven
from storage.engine import Tx
from storage.models import Actor, CreditOffer
from storage.queries import actors, crediting, interactions, posts


async def credit_asked(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer, _, artist = await _parties(runtime, payload)
    if offer.state != "offered":
        return []
    return [
        Outgoing(
            uri=offer.uri,
            actor_id=offer.sender_id,
            kind="Offer",
            body=offer.document,
            audience=Audience(people=(artist.id,), personal=True),
        )
    ]


async def credit_withdrawn(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer, author, artist = await _parties(runtime, payload)
    document = {
        "@context": AS2,
        "id": f"{offer.uri}#undo",
        "type": "Undo",
        "actor": author.uri,
        "to": [artist.uri],
        "object": _reference(offer, author, artist),
    }
    return [
        Outgoing(
            uri=str(document["id"]),
            actor_id=author.id,
            kind="Undo",
            body=await proven(runtime, author.id, document),
            audience=Audience(people=(artist.id,), personal=True),
        )
    ]


async def credit_accepted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer, author, artist = await _parties(runtime, payload)
    if offer.stamp_uri is None or offer.stamp_deleted_at is not None:
        return []
    uri = runtime.env.addresses.activity(artist.username, offer.id)
    document = {
        "@context": AS2,
        "id": uri,
        "type": "Accept",
        "actor": artist.uri,
        "to": [author.uri],
        "object": _reference(offer, author, artist),
        "result": offer.stamp_uri,
    }
    return [
        Outgoing(
            uri=uri,
            actor_id=artist.id,
            kind="Accept",
            body=await proven(runtime, artist.id, document),
            audience=Audience(people=(author.id,), personal=True),
        )
    ]


async def credit_declined(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer, author, artist = await _parties(runtime, payload)
    uri = runtime.env.addresses.activity(artist.username, offer.id)
    document = {
        "@context": AS2,
        "id": uri,
        "type": "Reject",
        "actor": artist.uri,
        "to": [author.uri],
        "object": offer.uri,
    }
    return [
        Outgoing(
            uri=uri,
            actor_id=artist.id,
            kind="Reject",
            body=await proven(runtime, artist.id, document),
            audience=Audience(people=(author.id,), personal=True),
        )
    ]


async def credit_revoked(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """An artist takes their name off: everyone learns it from them, whatever the author's server
    does: its other authors' servers, their own followers', and who has the post from here."""
    offer, author, artist = await _parties(runtime, payload)
    others, held = await runtime.store.read(lambda tx: _others(tx, offer))
    context = stamp_context()
    context[2] |= CREDIT_TERMS
    document = {
        "@context": context,
        "id": f"{offer.stamp_uri}#delete",
        "type": "Delete",
        "actor": artist.uri,
        "to": [PUBLIC],
        "cc": [author.uri, *(other.uri for other in others)],
        "object": {"type": CREDIT_TYPE, "id": offer.stamp_uri},
    }
    return [
        Outgoing(
            uri=str(document["id"]),
            actor_id=artist.id,
            kind="Delete",
            body=await proven(runtime, artist.id, document),
            audience=Audience(people=(author.id,), personal=True),
            extra=(
                Audience(
                    people=tuple(other.id for other in others if not other.local),
                    followers_of=(artist.id,),
                    holders_of=held,
                    only_aware=True,
                ),
            ),
        )
    ]


def _others(tx: Tx, offer: CreditOffer) -> tuple[list[Actor], tuple[str, ...]]:
    """The other authors of a post whose picture somebody here was named for; and what was sent
    from here: the post, where its author lives here, and the artist's boost of it."""
    stamp = orjson.loads(offer.stamp_document or "{}")
    named = [str(uri) for uri in as_list(stamp.get("consentedAuthors"))]
    known = actors.actors_by_uri(tx, named).values()
    others = [one for one in known if one.id not in (offer.sender_id, offer.target_id)]
    post = posts.post_by_uri(tx, offer.post_uri)
    boost = interactions.boost_between(tx, offer.target_id, post.id) if post is not None else None
    return others, (offer.post_uri,) if boost is None else (offer.post_uri, boost.uri)


async def _parties(runtime: Runtime, payload: Payload) -> tuple[CreditOffer, Actor, Actor]:
    def query(tx: Tx) -> tuple[CreditOffer | None, dict[int, Actor]]:
        offer = crediting.offer(tx, payload["offer_id"])
        wanted = [] if offer is None else [offer.sender_id, offer.target_id]
        return offer, actors.actors(tx, wanted)

    offer, people = await runtime.store.read(query)
    if offer is None:
        raise GoneError("credit")
    return offer, people[offer.sender_id], people[offer.target_id]


def _reference(offer: CreditOffer, author: Actor, artist: Actor) -> dict[str, Any]:
    return {"type": "Offer", "id": offer.uri, "actor": author.uri, "target": artist.uri}
