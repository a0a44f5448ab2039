"""What time alone makes due."""

from __future__ import annotations

from fedi_cotweet.domain.limits import AWARENESS_FRESH_FOR
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.services import answers, leaving, verification
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.queries import actors, consents
from storage.queries import posts as post_queries


async def periodic(context: Context) -> None:
    """What time alone makes due: expiry, lapsed consent, stamps to look at again."""
    env, now = context.env, context.env.now()

    def transaction(tx: Tx) -> None:
        for offer in consents.offers_to_expire(tx, now, 100):
            answers.expire(tx, env, offer)
        for offer in consents.offers_to_lapse(tx, now - verification.UNUSED_FOR, 100):
            leaving.lapse(tx, env, offer.id)
        for post_id in post_queries.authors_due(tx, now, 100):
            verification.recheck(tx, env, post_id)
        for uri in actors.to_renew_awareness(tx, now - AWARENESS_FRESH_FOR, 20):
            later(tx, env, "fetch_actor", uri, uri=uri, refresh=True)
        consents.forget_withdrawn(tx, now)

    await context.runtime.write(transaction)
