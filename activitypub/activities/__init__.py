"""Activities, one file per type: what each must contain, and how to build it.

``peek`` reads the envelope of any activity; ``parse_activity`` the whole of those known here.
Reading is not believing: who sent an activity is for ``signatures`` and ``proofs``, whether they
may say so for ``origins``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from activitypub.activities.accept import Accept, parse_accept
from activitypub.activities.announce import Announce, parse_announce
from activitypub.activities.block import Block, parse_block
from activitypub.activities.create import Create, parse_create
from activitypub.activities.delete import Delete, parse_delete
from activitypub.activities.envelope import Envelope, peek
from activitypub.activities.follow import Follow, parse_follow
from activitypub.activities.like import Like, parse_like
from activitypub.activities.move import Move, parse_move
from activitypub.activities.offer import Offer, parse_offer
from activitypub.activities.quote_request import QuoteRequest, parse_quote_request
from activitypub.activities.reject import Reject, parse_reject
from activitypub.activities.remove import Remove, parse_remove
from activitypub.activities.undo import Undo, parse_undo
from activitypub.activities.update import Update, parse_update
from activitypub.errors import DocumentError
from activitypub.vocab.terms import Doc

__all__ = ["Activity", "Envelope", "parse_activity", "peek"]

Activity = (
    Accept
    | Announce
    | Block
    | Create
    | Delete
    | Follow
    | Like
    | Move
    | Offer
    | QuoteRequest
    | Reject
    | Remove
    | Undo
    | Update
)

_PARSERS: Final[Mapping[str, Callable[[Doc], Activity]]] = {
    "Accept": parse_accept,
    "Announce": parse_announce,
    "Block": parse_block,
    "Create": parse_create,
    "Delete": parse_delete,
    "EmojiReact": parse_like,
    "Follow": parse_follow,
    "Like": parse_like,
    "Move": parse_move,
    "Offer": parse_offer,
    "QuoteRequest": parse_quote_request,
    "Reject": parse_reject,
    "Remove": parse_remove,
    "Undo": parse_undo,
    "Update": parse_update,
}


def parse_activity(document: Doc) -> Activity:
    """The activity in ``document``, of its own class; DocumentError if its type is unknown here."""
    envelope = peek(document)
    parse = _PARSERS.get(envelope.type)
    if parse is None:
        raise DocumentError("an activity of a type unknown here", detail=envelope.type[:64])
    return parse(document)
