"""Offers to co-authors, and the moves of consent on either side.

The only caller of ``domain.consent`` that stores what it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.coauthorship.acceptance import acceptance_refusal
from activitypub.coauthorship.offers import build_offer
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.domain.consent import (
    CONSENTING,
    ConsentState,
    Illegal,
    Kept,
    Move,
    Moved,
    Outcome,
    move,
)
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import documents
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit, later, record
from fedi_cotweet.services.reasons import reason_of
from storage.engine import Tx
from storage.models import Actor, Change, Offer, Post
from storage.queries import changes, consents, post_authors, posts

_WAS_NAMED = frozenset(
    {ConsentState.LEFT.value, ConsentState.REMOVED.value, ConsentState.DELETED.value}
)


def make_offers(
    tx: Tx,
    env: Env,
    post: Post,
    lasts: int,
    only: Collection[int] | None = None,
    *,
    agreed: Mapping[int, int] | None = None,
) -> None:
    """Offer the stored version of a draft to every co-author it names, or to those in ``only``.

    An Offer is open for ``lasts`` milliseconds. ``agreed``: see ``agreed_to_longer``.
    """
    author = find_actor(tx, post.author_id)
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    if not rows:
        return  # everybody declined or was taken off: a plain draft, offered to nobody
    roles = {author.uri: post.author_role, **{row.actor_uri: row.role for row in rows}}
    note = documents.full_note(tx, post, state="draft")
    version = offerable(note, [author.uri, *(row.actor_uri for row in rows)], roles)
    posts.change_post(tx, post.id, digest=version.digest)
    for row in rows:
        if row.actor_id is not None and (only is None or row.actor_id in only):
            before = (agreed or {}).get(row.actor_id)
            target = find_actor(tx, row.actor_id)
            offer_to(tx, env, post, target, version, lasts, agreed_before_at=before)


@dataclass(frozen=True, slots=True)
class Version:
    """What is offered: a full rendition, its authors in order, what they did, and the digest."""

    note: dict[str, Any]
    authors: list[str]
    roles: dict[str, str]
    digest: str


def offerable(note: dict[str, Any], authors: list[str], roles: dict[str, str]) -> Version:
    """The version as it can be offered to others, or ``not_offerable`` (422)."""
    digest = try_consent_digest(note, authors)
    refusal = acceptance_refusal(note)
    if digest is None or refusal is not None:
        raise ServiceError(
            "not_offerable",
            422,
            say("This draft cannot be offered to others: {reason}.", reason=reason_of(refusal)),
            "Simplify the text or its attachments.",
        )
    return Version(note, authors, roles, digest)


def offer_to(
    tx: Tx,
    env: Env,
    post: Post,
    target: Actor,
    version: Version,
    lasts: int,
    *,
    change_id: int | None = None,
    agreed_before_at: int | None = None,
) -> None:
    """Ask one co-author for consent to a version; ``change_id`` if the post is published.

    ``agreed_before_at``: when they agreed to it with one name more in its text.
    """
    author, now = find_actor(tx, post.author_id), env.now()
    uri = env.addresses.offer(author.username, env.token())
    document = build_offer(
        id=uri,
        actor=author.uri,
        target=target.uri,
        object=version.note,
        published_at=now,
        expires_at=now + lasts,
        publish_at=post.scheduled_at if change_id is None else None,
    )
    offer_id = env.new_id()
    consents.add_offer(
        tx,
        id=offer_id,
        uri=uri,
        side="sent",
        object_uri=post.uri,
        post_id=post.id,
        sender_id=author.id,
        target_id=target.id,
        authors=version.authors,
        roles={uri: role for uri, role in version.roles.items() if role != AUTHOR},
        digest=version.digest,
        document=orjson.dumps(document).decode(),
        state=ConsentState.OFFERED.value,
        change=change_id is not None,
        change_id=change_id,
        published_at=now,
        expires_at=now + lasts,
        agreed_before_at=agreed_before_at,
        created_at=now,
    )
    record(
        tx,
        env,
        object_uri=post.uri,
        actor_uri=author.uri,
        move="offer",
        offer_uri=uri,
        digest=version.digest,
        to=target.uri,
    )
    emit(tx, env, "offer.made", offer_id=offer_id)


def apply_move(tx: Tx, env: Env, offer: Offer, what: Move, by: str, **detail: Any) -> Outcome:
    """Run the table on one offer and store the outcome; log what changed.

    ``offer`` itself stays as it was read. What counts is how it stands now: in a batch, the end
    of one may have been the end of others.
    """
    now = consents.offer(tx, offer.id)
    outcome = move(ConsentState(now.state if now is not None else offer.state), what)
    match outcome:
        case Moved(state):
            consents.change_offer(tx, offer.id, state=state.value)
            record(
                tx,
                env,
                object_uri=offer.object_uri,
                actor_uri=by,
                move=what.value,
                offer_uri=offer.uri,
                digest=offer.digest,
                side=offer.side,
                **detail,
            )
            if state not in CONSENTING and changes.count_proposed(
                tx, offer.target_id, offer.object_uri
            ):
                uri = offer.object_uri
                later(tx, env, "settle_proposals", uri, object_uri=uri)
        case Kept() | Illegal():
            pass
    return outcome


def take_back(tx: Tx, env: Env, offer: Offer, by: str, **detail: Any) -> bool:
    """Withdraw an Offer of ours and say so, unless it is over; whether it was not."""
    if not isinstance(apply_move(tx, env, offer, Move.WITHDRAW, by, **detail), Moved):
        return False
    emit(tx, env, "offer.withdrawn", offer_id=offer.id)
    return True


def take_off(tx: Tx, env: Env, offer: Offer, by: str, **detail: Any) -> bool:
    """The primary author removes whom a published post names; whether that was news.

    The Offer is taken back too: their server may never have seen the version that named them, and
    would go on to wait for it (FEP-af48, Leaving and removal).
    """
    if not isinstance(apply_move(tx, env, offer, Move.REMOVE, by, **detail), Moved):
        return False
    if offer.channel == "offer":
        emit(tx, env, "offer.withdrawn", offer_id=offer.id)
    return True


def agreed_to_longer(offers: Mapping[int, Offer]) -> dict[int, int]:
    """Who agreed, or would have but for a name that went off the text since: target id → when.

    To be kept when their Offers are replaced because the text loses a name: whoever agreed is not
    among those who said nothing.
    """
    return {
        target_id: offer.agreed_before_at or offer.answered_at or offer.published_at
        for target_id, offer in offers.items()
        if has_agreed(offer)
    }


def has_agreed(offer: Offer) -> bool:
    """Whether somebody agreed to this, if need be to the same with one name more in its text.

    Their answer may still be looked at, or have to be given again.
    """
    if offer.state == ConsentState.ACCEPTED.value:
        return True
    answered = offer.answered_at is not None or offer.agreed_before_at is not None
    return offer.state == ConsentState.OFFERED.value and answered


def current_offers(tx: Tx, post: Post) -> dict[int, Offer]:
    """The sent Offer that counts for the stored version, per co-author: target id → offer.

    That by which they are named on a published post; else the newest that is not for a change.
    """
    found: dict[int, Offer] = {}
    for offer in consents.offers_for_object(tx, post.uri, "sent"):
        held = found.get(offer.target_id)
        named = offer.state == ConsentState.PUBLISHED.value
        if named or (_counts(offer) and (held is None or held.state != "published")):
            found[offer.target_id] = offer
    return found


def _counts(offer: Offer) -> bool:
    return offer.change_id is None or offer.state in _WAS_NAMED


def change_offers(tx: Tx, change: Change) -> dict[int, Offer]:
    """The sent Offers that ask for consent to a change: target id → offer."""
    found = consents.offers_for_object(tx, change.object_uri, "sent")
    return {offer.target_id: offer for offer in found if offer.change_id == change.id}
