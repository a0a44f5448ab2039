"""``Like``, and reactions with an emoji, which count as one (FEP-c0e0)."""

from __future__ import annotations

from activitypub.activities.like import one_emoji, parse_like
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.handlers.passing_on import pass_on
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import reactions
from fedi_cotweet.services.audiences import may_see
from storage.engine import Tx
from storage.queries import posts


async def like(context: Context, incoming: Incoming) -> str:
    """Somebody likes a post we hold; others are none of our business."""
    activity = parse_like(incoming.document)

    def transaction(tx: Tx) -> str:
        post = posts.post_by_uri(tx, activity.object_id)
        if post is None or not may_see(tx, post, incoming.actor.id):
            return "unknown_object"
        outcome = reactions.receive_like(
            tx, context.env, post, incoming.actor, activity.id, emoji=one_emoji(activity.content)
        )
        if outcome == "liked":
            pass_on(tx, context, incoming, post, "Like")
        return outcome

    return await context.once(incoming, transaction)
