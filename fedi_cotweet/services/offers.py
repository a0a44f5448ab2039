"""Offers to co-authors, and the moves of consent on either side.

The only caller of ``domain.consent`` that stores what it says.
"""

from __future__ import annotations

from typing import Any

import orjson

from activitypub.coauthorship.acceptance import acceptance_refusal
from activitypub.coauthorship.offers import build_offer
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.domain.consent import ConsentState, Illegal, Kept, Move, Moved, Outcome, move
from fedi_cotweet.services import documents
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit, record
from storage.engine import Tx
from storage.models import Offer, Post
from storage.queries import consents, posts


def make_offers(tx: Tx, env: Env, post: Post, lasts: int) -> None:
    """Offer the stored version of a draft to every co-author it names.

    An Offer is open for ``lasts`` milliseconds.
    """
    author = find_actor(tx, post.author_id)
    rows = posts.authors_of(tx, [post.id])[post.id]
    if not rows:
        return  # everybody declined or was taken off: a plain draft, offered to nobody
    list_of_authors = [author.uri, *(row.actor_uri for row in rows)]
    roles = {author.uri: post.author_role, **{row.actor_uri: row.role for row in rows}}
    note = documents.full_note(tx, post, state="draft")
    digest = try_consent_digest(note, list_of_authors)
    refusal = acceptance_refusal(note)
    if digest is None or refusal is not None:
        raise ServiceError(
            "not_offerable",
            422,
            f"This draft cannot be offered to others: {refusal or 'it has no consent digest'}.",
            "Simplify the text or its attachments.",
        )
    posts.change_post(tx, post.id, digest=digest)
    now = env.now()
    for row in rows:
        uri = env.addresses.offer(author.username, env.token())
        document = build_offer(
            id=uri,
            actor=author.uri,
            target=row.actor_uri,
            object=note,
            published_at=now,
            expires_at=now + lasts,
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
            target_id=row.actor_id,
            authors=list_of_authors,
            roles={uri: role for uri, role in roles.items() if role != AUTHOR},
            digest=digest,
            document=orjson.dumps(document).decode(),
            state=ConsentState.OFFERED.value,
            change=False,
            published_at=now,
            expires_at=now + lasts,
            created_at=now,
        )
        record(
            tx,
            env,
            object_uri=post.uri,
            actor_uri=author.uri,
            move="offer",
            offer_uri=uri,
            digest=digest,
            to=row.actor_uri,
        )
        emit(tx, env, "offer.made", offer_id=offer_id)


def apply_move(tx: Tx, env: Env, offer: Offer, what: Move, by: str, **detail: Any) -> Outcome:
    """Run the table on one offer and store the outcome; log what changed.

    ``offer`` itself stays as it was read.
    """
    outcome = move(ConsentState(offer.state), what)
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
        case Kept() | Illegal():
            pass
    return outcome


def current_offers(tx: Tx, post: Post) -> dict[int, Offer]:
    """The newest sent Offer per co-author: target id → offer."""
    return {offer.target_id: offer for offer in consents.offers_for_object(tx, post.uri, "sent")}
