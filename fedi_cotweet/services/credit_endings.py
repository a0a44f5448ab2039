"""The moves of a question to an artist, and how the stamps issued here for pictures end."""

from __future__ import annotations

from fedi_cotweet.domain.consent import ConsentState, Move, Moved, move
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import record
from storage.engine import Tx
from storage.models import CreditOffer
from storage.queries import actors, consents, crediting


def apply_move(tx: Tx, env: Env, offer: CreditOffer, what: Move, by: str) -> bool:
    """Run the table on a question and store and log what it says; whether that is news."""
    now = crediting.offer(tx, offer.id)
    outcome = move(ConsentState(now.state if now is not None else offer.state), what)
    if not isinstance(outcome, Moved):
        return False
    crediting.change_offer(tx, offer.id, state=outcome.state.value)
    log(tx, env, by, f"credit:{what.value}", offer.uri, offer.post_uri, offer.digest)
    return True


def log(tx: Tx, env: Env, by: str, what: str, offer: str, post: str, digest: str) -> None:
    """One line in the log of the post that a question is about."""
    record(tx, env, object_uri=post, actor_uri=by, move=what, offer_uri=offer, digest=digest)


def drop_stamp(tx: Tx, env: Env, offer: CreditOffer) -> None:
    """The stamp that answered a question here is gone from now on, if there is one."""
    artist = actors.actor(tx, offer.target_id)
    if offer.stamp_uri is None or offer.stamp_deleted_at is not None or artist is None:
        return
    crediting.change_offer(tx, offer.id, stamp_deleted_at=env.now())
    consents.remember_deleted_stamp(tx, offer.stamp_uri, artist.uri, env.now())


def end_with_post(tx: Tx, env: Env, post_uri: str, owner_id: int | None) -> None:
    """A post was deleted by ``owner_id``: questions about its pictures are over, stamps go.

    Silently, as those of co-authors do: whoever has the post hears that it is deleted.
    """
    for side in ("sent", "received"):
        for offer in crediting.offers_for(tx, post_uri, side):
            if offer.sender_id != owner_id:
                continue
            apply_move(tx, env, offer, Move.DELETE, post_uri)
            if side == "received":
                drop_stamp(tx, env, offer)
