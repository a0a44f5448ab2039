"""``Add`` and ``Remove`` to ``featured``: what somebody shows first on their profile."""

from __future__ import annotations

from activitypub.activities.collecting import Collecting, parse_collecting
from activitypub.vocab.reading import as_id, same_origin
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import acquaintance
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.queries import posts


def is_about_pins(incoming: Incoming) -> bool:
    """Whether the collection is the actor's own ``featured``; nobody adds to that of others."""
    target = as_id(incoming.document.get("target"))
    return target is not None and target == incoming.actor.featured_uri


async def pin(context: Context, incoming: Incoming) -> str:
    """Posts of the actor's own are pinned, or no more; those not known here are fetched first."""
    activity = parse_collecting(incoming.document)

    def transaction(tx: Tx) -> str:
        outcomes = [_one(tx, context, incoming, activity, item.id) for item in activity.items]
        return outcomes[0]

    return await context.once(incoming, transaction)


def _one(tx: Tx, context: Context, incoming: Incoming, activity: Collecting, uri: str) -> str:
    env, actor = context.env, incoming.actor
    if not same_origin(uri, actor.uri):
        return "not_the_author"
    post = posts.post_by_uri(tx, uri)
    if post is not None:
        return acquaintance.receive_pin(tx, env, actor, post, removed=activity.removed)
    if activity.removed:
        return "unknown_object"
    if not context.budgets.strangers.spend(str(actor.id), env.now()):
        return "too_many"
    later(tx, env, "fetch_pin", f"{actor.id} {uri}", actor_id=actor.id, uri=uri)
    return "to_fetch"
