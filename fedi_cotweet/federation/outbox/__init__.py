"""Domain events become activities, one event at a time and in order.

Each event is read, turned into signed documents outside any transaction, and ended in the same
transaction that stores its activities and deliveries: killed anywhere, it happens once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fedi_cotweet.domain.limits import MINUTE, SECOND
from fedi_cotweet.federation.outbox.actors import actor_deleted, actor_updated, server_returned
from fedi_cotweet.federation.outbox.blocks import block_made, block_undone
from fedi_cotweet.federation.outbox.consents import (
    delete_carried,
    published_with,
    stamp_deleted,
    stamp_forwarded,
    unannounced,
    update_carried,
)
from fedi_cotweet.federation.outbox.crediting import (
    credit_accepted,
    credit_asked,
    credit_declined,
    credit_revoked,
    credit_withdrawn,
)
from fedi_cotweet.federation.outbox.discussion import (
    comment_deleted,
    comment_made,
    parted,
    proposal_answered,
    proposal_made,
    proposal_withdrawn,
)
from fedi_cotweet.federation.outbox.follows import (
    follow_answered,
    follow_rejected,
    follow_requested,
    follow_undone,
)
from fedi_cotweet.federation.outbox.lookups import GoneError, NotYetError, Payload
from fedi_cotweet.federation.outbox.messages import message_written
from fedi_cotweet.federation.outbox.moves import actor_moved
from fedi_cotweet.federation.outbox.offers import (
    offer_accepted,
    offer_declined,
    offer_made,
    offer_withdrawn,
)
from fedi_cotweet.federation.outbox.pins import post_pinned, post_unpinned
from fedi_cotweet.federation.outbox.polls import poll_counted, poll_voted
from fedi_cotweet.federation.outbox.posts import (
    post_deleted,
    post_published,
    post_updated,
    reply_forwarded,
)
from fedi_cotweet.federation.outbox.quotes import (
    quote_answered,
    quote_requested,
    quote_revoked,
    quote_vetoed,
)
from fedi_cotweet.federation.outbox.reactions import (
    boost_made,
    boost_undone,
    like_made,
    like_undone,
    reaction_passed_on,
)
from fedi_cotweet.federation.outbox.relays import relay_asked, relay_follows, relay_left
from fedi_cotweet.federation.outbox.reports import report_made
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.federation.sending import Outgoing, enqueue
from fedi_cotweet.services import messages
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.queries import consents, interactions, outbox
from storage.queries.outbox import EventRow

Build = Callable[[Runtime, Payload], Awaitable[list[Outgoing]]]


async def work_off(runtime: Runtime, *, limit: int = 50) -> int:
    """Turn up to ``limit`` events into activities; how many were dealt with."""
    now = runtime.env.now()
    events = await runtime.store.read(lambda tx: outbox.due(tx, now=now, limit=limit))
    for event in events:
        await _one(runtime, event)
    return len(events)


async def _one(runtime: Runtime, event: EventRow) -> None:
    try:
        outgoing = await BUILDERS[event.kind](runtime, event.payload)
    except GoneError as gone:  # it will not come back
        log.warning("event_about_nothing", kind=event.kind, event_id=event.id, gone=str(gone))
        outgoing = []
    except NotYetError as waits:
        await _try_again(runtime, event, waits, SECOND)
        return
    except Exception as error:  # an event that cannot be built must not stop those behind it
        log.exception("event_failed", kind=event.kind, event_id=event.id)
        await _try_again(runtime, event, error, MINUTE)
        return

    def transaction(tx: Tx) -> None:
        if not outbox.done(tx, event.id):
            return
        for item in outgoing:
            enqueue(tx, runtime.env, item)
        _after(tx, runtime, event)

    await runtime.write(transaction)


async def _try_again(runtime: Runtime, event: EventRow, error: Exception, first: int) -> None:
    """Keep an event for later, each time twice as late as before."""
    next_at = runtime.env.now() + min(first * 2**event.attempts, 360 * MINUTE)
    await runtime.store.write(
        lambda tx: outbox.failed(tx, event.id, next_at=next_at, error=repr(error))
    )


def _after(tx: Tx, runtime: Runtime, event: EventRow) -> None:
    """What an event sets off besides activities."""
    payload = event.payload
    match event.kind:
        case "boost.undone":
            consents.withhold_activities(tx, payload["uri"])
        case "cotweet.published_with":
            later(
                tx,
                runtime.env,
                "announce",
                f"{payload['post_id']} {payload['account_id']}",
                delay=runtime.env.limits.announce_delay_ms,
                post_id=payload["post_id"],
                account_id=payload["account_id"],
            )
        case "stamp.deleted" | "cotweet.unannounced" if payload.get("post_id") is not None:
            boost = interactions.boost_between(tx, payload["account_id"], payload["post_id"])
            if boost is not None and not payload.get("keep_boost"):
                interactions.remove_boost(tx, boost.id)
        case "offer.withdrawn":
            offer = consents.offer(tx, payload["offer_id"])
            if offer is not None and offer.channel == messages.CHANNEL:
                messages.taken_back(tx, runtime.env, offer)


BUILDERS: Final[Mapping[str, Build]] = {
    "actor.deleted": actor_deleted,
    "credit.accepted": credit_accepted,
    "credit.asked": credit_asked,
    "credit.declined": credit_declined,
    "credit.revoked": credit_revoked,
    "credit.withdrawn": credit_withdrawn,
    "actor.moved": actor_moved,
    "actor.updated": actor_updated,
    "block.made": block_made,
    "block.undone": block_undone,
    "boost.made": boost_made,
    "boost.undone": boost_undone,
    "comment.deleted": comment_deleted,
    "comment.made": comment_made,
    "cotweet.delete_carried": delete_carried,
    "cotweet.parted": parted,
    "cotweet.published_with": published_with,
    "cotweet.unannounced": unannounced,
    "cotweet.update_carried": update_carried,
    "follow.answered": follow_answered,
    "follow.rejected": follow_rejected,
    "follow.requested": follow_requested,
    "follow.undone": follow_undone,
    "like.made": like_made,
    "like.undone": like_undone,
    "message.written": message_written,
    "offer.accepted": offer_accepted,
    "offer.declined": offer_declined,
    "offer.made": offer_made,
    "offer.withdrawn": offer_withdrawn,
    "poll.counted": poll_counted,
    "poll.voted": poll_voted,
    "post.deleted": post_deleted,
    "post.pinned": post_pinned,
    "post.published": post_published,
    "post.unpinned": post_unpinned,
    "post.updated": post_updated,
    "proposal.answered": proposal_answered,
    "proposal.made": proposal_made,
    "proposal.withdrawn": proposal_withdrawn,
    "quote.answered": quote_answered,
    "quote.requested": quote_requested,
    "quote.revoked": quote_revoked,
    "quote.vetoed": quote_vetoed,
    "reaction.passed_on": reaction_passed_on,
    "relay.asked": relay_asked,
    "relay.follows": relay_follows,
    "relay.left": relay_left,
    "reply.forwarded": reply_forwarded,
    "report.made": report_made,
    "server.returned": server_returned,
    "stamp.deleted": stamp_deleted,
    "stamp.forwarded": stamp_forwarded,
}
