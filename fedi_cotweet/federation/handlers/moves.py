"""``Move``."""

from __future__ import annotations

from activitypub.activities.move import parse_move
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services.events import later
from storage.engine import Tx


async def move(context: Context, incoming: Incoming) -> str:
    """An actor moves: believed once the new account, asked, names the old one as its own."""
    activity = parse_move(incoming.document)
    old = incoming.actor
    if activity.object_id != old.uri:
        return "not_the_actor"

    def transaction(tx: Tx) -> str:
        later(tx, context.env, "move", old.uri, old=old.uri, new=activity.target)
        return "to_check"

    return await context.once(incoming, transaction)
