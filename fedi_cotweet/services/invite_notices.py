"""What somebody is told of invitations: that they are asked, asked again, or not any more."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from activitypub.coauthorship.offers import Invitation
from activitypub.coauthorship.projection import try_consent_digest
from fedi_cotweet.domain.consent import CONSENTING, ConsentState
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import tell
from storage.engine import Tx
from storage.models import Actor, Offer
from storage.queries import consents

_LIVE = frozenset({ConsentState.OFFERED.value, *(state.value for state in CONSENTING)})


def asked(
    tx: Tx,
    env: Env,
    offer_id: int,
    invitation: Invitation,
    sender: Actor,
    target: Actor,
    others: Sequence[Offer],
    *,
    is_author: bool,
) -> None:
    """Tell somebody here of an invitation. ``others``: what they were asked about it before.

    Where one of those was taken back for this one, that is no news of its own any more.
    """
    consents.forget_notifications(
        tx, target.id, "cotweet.withdrawn", [offer.uri for offer in others]
    )
    what = (
        mark("{who} wants to change a post that you wrote together.")
        if is_author
        else _again(others[-1], invitation)
        if others
        else mark("{who} invites you to write a post together.")
    )
    tell(
        tx,
        env,
        target.id,
        "cotweet.invite",
        invitation.id,
        actor_id=sender.id,
        offer_id=offer_id,
        text=say(what, who=f"@{sender.username}@{sender.host}"),
        # A post of which they are an author could not change any more.
        may_wait=not is_author,
    )


def _again(before: Offer, invitation: Invitation) -> str:
    """What is different from what they were asked about last."""
    authors = list(invitation.authors)
    same_authors = list(before.authors) == authors
    held = orjson.loads(before.document)["object"]
    # Whom the text mentions as an author is no part of what the digest covers.
    if invitation.digest in (before.digest, try_consent_digest(held, authors)):
        if same_authors:
            return mark("{who} asks you again to write this post together.")
        return mark("{who} changed who the authors of this post are, and asks you again.")
    if same_authors:
        return mark("{who} changed this post, and asks you again.")
    return mark("{who} changed this post and who its authors are, and asks you again.")


def taken_back(tx: Tx, env: Env, offer: Offer, sender: Actor) -> None:
    """Tell somebody here that an invitation is withdrawn, unless another one took its place."""
    for other in consents.offers_for_object(tx, offer.object_uri, "received"):
        newer = other.id > offer.id and other.target_id == offer.target_id
        if newer and other.sender_id == sender.id and other.state in _LIVE:
            return
    tell(
        tx,
        env,
        offer.target_id,
        "cotweet.withdrawn",
        offer.uri,
        actor_id=sender.id,
        offer_id=offer.id,
        text=say("{who} withdrew an invitation.", who=f"@{sender.username}@{sender.host}"),
    )
