"""What ends with a post: the consent to it, on both sides, and the stamps issued here for it."""

from __future__ import annotations

from fedi_cotweet.domain.consent import Move, Moved
from fedi_cotweet.services import credit_endings
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.invitations import drop_stamp
from fedi_cotweet.services.offers import apply_move
from storage.engine import Tx
from storage.queries import actors, consents, posts


def end_consents(tx: Tx, env: Env, object_uri: str, owner_id: int | None) -> list[int]:
    """An object was deleted by its primary author: stamps issued here go, silently.

    Gives the accounts here that were its authors. ``owner_id`` is who deleted it: nobody else's
    invitations are touched.
    """
    post = posts.post_by_uri(tx, object_uri)
    authors = []
    owner = actors.actor(tx, owner_id) if owner_id is not None else None
    by = object_uri if owner is None else owner.uri
    credit_endings.end_with_post(tx, env, object_uri, owner_id)
    for side in ("sent", "received"):
        for offer in consents.offers_for_object(tx, object_uri, side):
            if offer.sender_id != owner_id:
                continue
            was_author = offer.state == "published"
            outcome = apply_move(tx, env, offer, Move.DELETE, by)
            if not isinstance(outcome, Moved):
                continue
            if side == "sent":
                if not was_author:
                    # Whoever was only asked to become an author was never sent the object.
                    emit(tx, env, "offer.withdrawn", offer_id=offer.id)
                continue
            drop_stamp(tx, env, offer, "object_deleted")
            if was_author and post is not None:
                authors.append(offer.target_id)
                emit(tx, env, "cotweet.unannounced", post_id=post.id, account_id=offer.target_id)
    return authors
