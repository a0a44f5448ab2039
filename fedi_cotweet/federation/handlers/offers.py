"""``Offer``: an invitation to write together, or a proposal of a co-author's (FEP-af48)."""

from __future__ import annotations

from activitypub.coauthorship.credits import check_credit_offer, is_credit_offer
from activitypub.coauthorship.offers import check_offer, is_invitation
from activitypub.coauthorship.proposals import is_proposal
from activitypub.verdicts import Refused
from activitypub.vocab.reading import parse_strict_json
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.handlers.discussion import proposal
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import credit_answers, invitations, trusting
from storage.engine import Tx
from storage.queries import actors


async def offer(context: Context, incoming: Incoming) -> str:
    """Keep an invitation to a local person, exactly as it came. Refusals send no signal."""
    if is_proposal(incoming.document):
        return await proposal(context, incoming)
    if is_credit_offer(incoming.document):
        return await _credit(context, incoming)
    if not is_invitation(incoming.document):
        return "not_an_invitation"
    # One document, one meaning: duplicate members would make preview and digest disagree.
    document = parse_strict_json(incoming.text)
    checked = check_offer(
        document,
        signer=incoming.actor.uri,
        now=incoming.received_at,
        own_actor=context.runtime.is_own,
    )
    if isinstance(checked, Refused):
        return checked.code

    def transaction(tx: Tx) -> str:
        target = actors.actor_by_uri(tx, checked.target)
        if target is None or actors.account_of(tx, target.id) is None:
            return "nobody_here"
        outcome = invitations.receive_offer(
            tx, context.env, checked, incoming.actor, target, incoming.text
        )
        trusting.consider(tx, context.env, checked.id)
        return outcome

    return await context.once(incoming, transaction)


async def _credit(context: Context, incoming: Incoming) -> str:
    """A question to a local artist about a picture, exactly as it came."""
    checked = check_credit_offer(
        parse_strict_json(incoming.text),
        signer=incoming.actor.uri,
        now=incoming.received_at,
        own_actor=context.runtime.is_own,
    )
    if isinstance(checked, Refused):
        return checked.code

    def transaction(tx: Tx) -> str:
        target = actors.actor_by_uri(tx, checked.target)
        if target is None or actors.account_of(tx, target.id) is None:
            return "nobody_here"
        return credit_answers.receive(
            tx, context.env, checked, incoming.actor, target, incoming.text
        )

    return await context.once(incoming, transaction)
