"""``Follow``."""

from __future__ import annotations

from activitypub.activities.follow import parse_follow
from fedi_cotweet.federation.handlers.context import Context, noted
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import follows as services
from fedi_cotweet.services import subscribing
from storage.engine import Tx
from storage.queries import actors


async def follow(context: Context, incoming: Incoming) -> str:
    """Somebody follows a local person. Repeats are answered again: the answer may be lost."""
    activity = parse_follow(incoming.document)

    def transaction(tx: Tx) -> str:
        followed = actors.actor_by_uri(tx, activity.object_id)
        account = None if followed is None else actors.account_of(tx, followed.id)
        if account is not None and account.service:
            back = subscribing.receive_follow(tx, context.env, incoming.actor, activity.id)
            return back or "nobody_here"
        if followed is None or account is None:
            return "nobody_here"
        services.receive_follow(tx, context.env, incoming.actor, followed, activity.id)
        noted(tx, context.env, incoming)
        return "followed"

    return await context.runtime.write(transaction)
