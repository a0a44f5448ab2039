"""``Flag``."""

from __future__ import annotations

from activitypub.activities.flag import parse_flag
from activitypub.html import to_text
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import reports


async def flag(context: Context, incoming: Incoming) -> str:
    """A report of somebody or something here, for this server's moderators."""
    activity = parse_flag(incoming.document)
    if not context.budgets.reports.spend(incoming.signer.host, incoming.received_at):
        return "too_many"
    comment = to_text(activity.content)
    return await context.once(
        incoming,
        lambda tx: reports.receive(
            tx, context.env, activity.id, incoming.actor, activity.objects, comment
        ),
    )
