"""``Accept``, ``Reject`` and ``Undo``: answers to something, named by its id."""

from __future__ import annotations

import orjson

from activitypub.activities.accept import parse_accept
from activitypub.activities.reject import parse_reject
from activitypub.activities.undo import Undo, parse_undo
from activitypub.coauthorship.answers import Accepted, check_accept, check_reject
from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.html import to_text
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_id, types
from fedi_cotweet.federation.handlers.context import Context, noted
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import (
    answers,
    credit_answers,
    crediting,
    follows,
    invitations,
    proposals,
    quotes,
    reactions,
    relations,
    subscribing,
)
from fedi_cotweet.services.events import brought_by
from fedi_cotweet.services.messages import CHANNEL
from storage.engine import Tx
from storage.models import Offer
from storage.queries import consents
from storage.queries import crediting as stored_credits

_LATE = frozenset({"late", "not_open"})


async def accept(context: Context, incoming: Incoming) -> str:
    """The answer to a Follow or to an Offer of ours."""
    activity = parse_accept(incoming.document)
    env = context.env

    def transaction(tx: Tx) -> str:
        sent = _sent(tx, activity.object_id)
        asked = stored_credits.offer_by_uri(tx, activity.object_id, "sent")
        if asked is not None:
            return crediting.receive_acceptance(
                tx, env, asked, incoming.actor, activity.result or ""
            )
        relayed = subscribing.receive_answer(
            tx, env, activity.object_id, incoming.actor, accepted=True
        )
        if relayed is not None:
            return relayed
        quoted = quotes.receive_acceptance(
            tx, env, activity.object_id, incoming.actor, activity.result or ""
        )
        if quoted is not None:
            return quoted
        if sent is None:
            decided = proposals.receive_answer(
                tx, env, activity.object_id, incoming.actor, accepted=True
            )
            if decided is not None:
                return decided
            answered = follows.receive_answer(
                tx, env, activity.object_id, incoming.actor, accepted=True
            )
            if answered:
                noted(tx, context.env, incoming)
            return "follow_accepted" if answered else "unknown_object"
        checked = check_accept(
            incoming.document,
            _invitation(sent),
            signer=incoming.actor.uri,
            now=incoming.received_at,
            is_open=sent.state == "offered",
        )
        if isinstance(checked, Refused) and checked.code not in _LATE:
            return checked.code
        stamp = checked.stamp_uri if isinstance(checked, Accepted) else activity.result or ""
        outcome = answers.receive_acceptance(tx, env, sent.uri, incoming.actor, stamp)
        noted(tx, context.env, incoming)
        return outcome

    # Not once per id: a repeated Accept that is too late gets its Undo again.
    return await context.runtime.write(brought_by(incoming.key_id, transaction))


async def reject(context: Context, incoming: Incoming) -> str:
    """The refusal of a Follow or of an Offer of ours."""
    activity = parse_reject(incoming.document)
    env = context.env

    def transaction(tx: Tx) -> str:
        sent = _sent(tx, activity.object_id)
        asked = stored_credits.offer_by_uri(tx, activity.object_id, "sent")
        if asked is not None:
            return crediting.receive_rejection(tx, env, asked, incoming.actor)
        relayed = subscribing.receive_answer(
            tx, env, activity.object_id, incoming.actor, accepted=False
        )
        if relayed is not None:
            return relayed
        quoted = quotes.receive_rejection(tx, env, activity.object_id, incoming.actor)
        if quoted is not None:
            return quoted
        if sent is None:
            why = to_text(activity.content).strip()
            decided = proposals.receive_answer(
                tx, env, activity.object_id, incoming.actor, accepted=False, reason=why
            )
            if decided is not None:
                return decided
            answered = follows.receive_answer(
                tx, env, activity.object_id, incoming.actor, accepted=False
            )
            return "follow_rejected" if answered else "unknown_object"
        checked = check_reject(
            incoming.document,
            _invitation(sent),
            signer=incoming.actor.uri,
            is_open=sent.state == "offered",
        )
        if isinstance(checked, Refused):
            return checked.code
        reason = to_text(checked.reason).strip()
        return answers.receive_rejection(tx, env, sent.uri, incoming.actor, reason)

    return await context.once(incoming, transaction)


def _sent(tx: Tx, uri: str) -> Offer | None:
    """An Offer of ours that was sent as one; consent by message is no matter of these answers."""
    offer = consents.offer_by_uri(tx, uri, "sent")
    return None if offer is None or offer.channel == CHANNEL else offer


def _invitation(sent: Offer) -> Invitation:
    read = read_offer(orjson.loads(sent.document))
    if isinstance(read, Refused):  # our own document, checked when it was made
        raise ValueError(f"stored Offer {sent.uri} is unreadable: {read.code}")
    return read


async def undo(context: Context, incoming: Incoming) -> str:
    """Taking back a Follow, a Like, an Announce or an Offer: one's own, and nobody else's."""
    activity = parse_undo(incoming.document)
    return await context.once(incoming, lambda tx: _undo(tx, context, incoming, activity))


def _undo(tx: Tx, context: Context, incoming: Incoming, activity: Undo) -> str:
    env, actor = context.env, incoming.actor
    embedded = activity.object or {}
    # What somebody here took back was over at once; by now they may have done it again.
    what = None if incoming.how == "local" else as_id(embedded.get("object"))
    kinds = types(embedded)
    uri = activity.object_id or None
    match kinds[0] if kinds else None:
        case "Follow":
            return "unfollowed" if follows.receive_undo(tx, actor, what, uri) else "unknown_object"
        case "Like" | "EmojiReact":
            return reactions.receive_unlike(tx, env, actor, uri, what)
        case "Announce":
            return reactions.receive_unboost(tx, env, actor, uri, what)
        case "Block":
            return relations.receive_unblock(tx, env, actor, what, uri)
        case "Offer" if uri is not None and (
            asked := stored_credits.offer_by_uri(tx, uri, "received")
        ):
            return credit_answers.receive_withdrawal(tx, env, asked, actor)
        case "Offer":
            return "no_id" if uri is None else _undo_offer(tx, context, incoming, uri)
        case None if uri is not None:
            return _undo_by_id(tx, context, incoming, uri)
        case _:
            return "unknown_object"


def _undo_offer(tx: Tx, context: Context, incoming: Incoming, uri: str) -> str:
    env, actor = context.env, incoming.actor
    taken_back = proposals.receive_withdrawal(tx, env, uri, actor)
    if taken_back is not None:
        return taken_back
    return invitations.receive_withdrawal(tx, env, uri, actor)


def _undo_by_id(tx: Tx, context: Context, incoming: Incoming, uri: str) -> str:
    env, actor = context.env, incoming.actor
    if consents.offer_by_uri(tx, uri, "received") is not None:
        return invitations.receive_withdrawal(tx, env, uri, actor)
    if follows.receive_undo(tx, actor, None, uri):
        return "unfollowed"
    if reactions.receive_unboost(tx, env, actor, uri, None) == "undone":
        return "unboosted"
    if reactions.receive_unlike(tx, env, actor, uri, None) == "undone":
        return "unliked"
    if relations.receive_unblock(tx, env, actor, None, uri) == "undone":
        return "unblocked"
    # It may be the Undo of an Offer that is still on its way.
    return _undo_offer(tx, context, incoming, uri)
