"""What to do with an authenticated activity, by type; one file per family.

A handler reads and checks with ``activitypub``, then runs one use case of ``services`` in one
transaction, and returns a stable reason code of what became of it. Unknown types are none of our
business and not an error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fedi_cotweet.federation.handlers import (
    announces,
    answers,
    blocks,
    collecting,
    deletions,
    follows,
    ignored,
    likes,
    moves,
    notes,
    offers,
    quotes,
    reports,
)
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.federation.runtime import log

Handler = Callable[[Context, Incoming], Awaitable[str]]

HANDLERS: Final[Mapping[str, Handler]] = {
    "Accept": answers.accept,
    "Add": collecting.collect,
    "Announce": announces.announce,
    "Block": blocks.block,
    "Create": notes.create,
    "Delete": deletions.delete,
    "EmojiReact": likes.like,
    "Flag": reports.flag,
    "Follow": follows.follow,
    "Like": likes.like,
    "Move": moves.move,
    "Offer": offers.offer,
    "QuoteRequest": quotes.quote_request,
    "Reject": answers.reject,
    "Remove": collecting.remove,
    "Undo": answers.undo,
    "Update": notes.update,
}

IGNORED: Final[Mapping[str, Handler]] = {
    "Arrive": ignored.counted_elsewhere,
    "Dislike": ignored.counted_elsewhere,
    "Invite": ignored.no_events,
    "Join": ignored.no_events,
    "Leave": ignored.no_events,
    "Listen": ignored.counted_elsewhere,
    "Lock": ignored.moderated_elsewhere,
    "Read": ignored.counted_elsewhere,
    "Resolve": ignored.moderated_elsewhere,
    "TentativeAccept": ignored.no_events,
    "TentativeReject": ignored.no_events,
    "Travel": ignored.counted_elsewhere,
    "View": ignored.counted_elsewhere,
    "Warn": ignored.moderated_elsewhere,
}
"""Known, and of no effect here."""


async def handle(context: Context, incoming: Incoming) -> str:
    """Do what an activity says, if its sender may; the reason code of the outcome.

    Raises ``DocumentError`` when the activity's own shape is wrong.
    """
    kind = incoming.envelope.type
    handler = HANDLERS.get(kind) or IGNORED.get(kind)
    outcome = "unknown_type" if handler is None else await handler(context, incoming)
    log.info(
        "activity_received",
        type=incoming.envelope.type,
        id=incoming.envelope.id,
        actor=incoming.actor.uri,
        how=incoming.how,
        outcome=outcome,
    )
    return outcome


__all__ = ["HANDLERS", "IGNORED", "Context", "handle"]
