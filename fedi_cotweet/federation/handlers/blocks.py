"""``Block``."""

from __future__ import annotations

from activitypub.activities.block import parse_block
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import relations as services
from storage.engine import Tx
from storage.queries import actors


async def block(context: Context, incoming: Incoming) -> str:
    """Somebody elsewhere blocks a local person: neither sees the other here any more."""
    activity = parse_block(incoming.document)

    def transaction(tx: Tx) -> str:
        target = actors.actor_by_uri(tx, activity.object_id)
        if target is None or actors.account_of(tx, target.id) is None:
            return "nobody_here"
        return services.receive_block(tx, context.env, incoming.actor, target, activity.id)

    return await context.once(incoming, transaction)
