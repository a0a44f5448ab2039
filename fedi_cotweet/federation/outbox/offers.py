"""Events of invitations and answers become activities."""

from __future__ import annotations

import orjson

from activitypub.coauthorship import answers
from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.html import from_text
from fedi_cotweet.federation.outbox.lookups import GoneError, Payload, find_actor
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, proven
from fedi_cotweet.services.messages import CHANNEL
from storage.models import Offer
from storage.queries import consents


async def offer_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
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


async def offer_withdrawn(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer = await _offer(runtime, payload)
    if offer.channel == CHANNEL:
        return []  # there was no Offer; a message says it
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


async def offer_accepted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer = await _offer(runtime, payload)
    if offer.state == "left":
        # Agreed and taken back before it was said: what is left to say is no.
        return await offer_declined(runtime, payload)
    if offer.stamp_uri is None or offer.state not in ("accepted", "published"):
        return []
    me = await find_actor(runtime, offer.target_id)
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


async def offer_declined(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    offer = await _offer(runtime, payload)
    me = await find_actor(runtime, offer.target_id)
    uri = runtime.env.addresses.activity(me.username, offer.id)
    document = answers.build_reject(
        id=uri, offer=_invitation(offer), reason=from_text(offer.reason)
    )
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
        raise GoneError("offer")
    return offer


def _invitation(offer: Offer) -> Invitation:
    read = read_offer(orjson.loads(offer.document))
    if not isinstance(read, Invitation):  # checked before it was stored
        raise ValueError(f"stored Offer {offer.uri} is unreadable: {read.code}")
    return read
