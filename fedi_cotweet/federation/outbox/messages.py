"""Direct messages about consent become activities."""

from __future__ import annotations

import orjson

from activitypub.activities.create import build_create
from fedi_cotweet.federation.outbox.lookups import Payload, as_text
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from storage.engine import Tx
from storage.models import ConsentMessage, Offer
from storage.queries import consents, messages


async def message_written(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The Create of one, to one person's own inbox. Signed by request only: it is private."""

    def query(tx: Tx) -> tuple[ConsentMessage | None, Offer | None]:
        held = messages.message(tx, payload["uri"])
        return held, consents.offer(tx, held.offer_id) if held is not None else None

    held, offer = await runtime.store.read(query)
    if held is None or offer is None:
        return []
    note = orjson.loads(held.document)
    uri = f"{held.uri}/activity"
    return [
        Outgoing(
            uri=uri,
            actor_id=offer.sender_id,
            kind="Create",
            body=as_text(build_create(uri, note["attributedTo"], note, held.created_at)),
            audience=Audience(people=(offer.target_id,), personal=True),
        )
    ]
