"""The artist's side of credit for a picture: asked, they agree, decline or take it back."""

from __future__ import annotations

import orjson

from activitypub.coauthorship import credits as wire
from activitypub.coauthorship.credits import CreditOffer as Question
from activitypub.proofs.securing import prove
from activitypub.signatures.keys import SigningKey, load_private
from activitypub.verdicts import Refused
from fedi_cotweet.domain.consent import ConsentState, Illegal, Kept, Move, Moved, move
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.accounts import find_actor, proving_key_id
from fedi_cotweet.services.credit_endings import apply_move, drop_stamp, log
from fedi_cotweet.services.crediting import revoke
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.invitations import is_gone, welcome
from fedi_cotweet.services.reasons import reason_of, why_not
from storage.engine import Tx
from storage.models import Actor, CreditOffer
from storage.queries import actors, consents, crediting


def receive(tx: Tx, env: Env, question: Question, sender: Actor, target: Actor, text: str) -> str:
    """A question to an artist here; the reason code of what became of it."""
    if crediting.offer_by_uri(tx, question.id, "received") is not None:
        return "duplicate"
    if consents.withdrawn(tx, question.id, sender.uri) is not None:
        return "withdrawn_before"
    if is_gone(tx, question.post_id, sender):
        return "deleted_before"
    if not welcome(tx, sender, target):
        return "policy"
    if len(crediting.open_between(tx, sender.id, target.id, "received")) >= (
        env.limits.open_invites_per_pair
    ):
        return "over_limit"
    crediting.add_offer(
        tx,
        id=env.new_id(),
        uri=question.id,
        side="received",
        post_uri=question.post_id,
        sender_id=sender.id,
        target_id=target.id,
        media=question.media,
        digest=question.digest,
        document=text,
        state=ConsentState.OFFERED.value,
        expires_at=question.expires_at,
        created_at=env.now(),
    )
    log(tx, env, sender.uri, "credit:offer", question.id, question.post_id, question.digest)
    tell(
        tx,
        env,
        target.id,
        "credit.asked",
        question.id,
        actor_id=sender.id,
        text=say(
            "{who} asks to name you under a picture.", who=f"@{sender.username}@{sender.host}"
        ),
    )
    return "asked"


def own_question(tx: Tx, account_id: int, offer_id: int) -> CreditOffer:
    """A question to this artist, or 404."""
    offer = crediting.offer(tx, offer_id)
    if offer is None or offer.side != "received" or offer.target_id != account_id:
        raise not_found("credit")
    return offer


def accept(tx: Tx, env: Env, account_id: int, offer_id: int, digest: str) -> None:
    """Agree to be named under this picture of exactly this post, and answer."""
    offer = own_question(tx, account_id, offer_id)
    me, account = find_actor(tx, account_id), actors.account_of(tx, account_id)
    if account is None:
        raise not_found("account")
    if digest != offer.digest:
        raise ServiceError(
            "content_changed", 409, "This is not the version that you were shown.", "Look again."
        )
    if offer.state == ConsentState.OFFERED.value and offer.expires_at <= env.now():
        raise ServiceError("invite_over", 409, why_not(ConsentState.EXPIRED, Move.ACCEPT))
    match move(ConsentState(offer.state), Move.ACCEPT):
        case Illegal(state):
            raise ServiceError("invite_over", 409, why_not(state, Move.ACCEPT))
        case Kept():
            return
        case Moved():
            pass
    question = wire.read_credit_offer(orjson.loads(offer.document))
    if isinstance(question, Refused):
        raise ServiceError("cannot_accept", 422, reason_of(question.reason))
    uri = env.addresses.credit(me.username, env.token())
    document = prove(
        wire.build_credit_stamp(id=uri, offer=question, published_at=env.now()),
        SigningKey(proving_key_id(account, me), load_private(account.ed25519_private)),
        env.now(),
    )
    apply_move(tx, env, offer, Move.ACCEPT, me.uri)
    crediting.change_offer(
        tx,
        offer.id,
        stamp_uri=uri,
        stamp_document=orjson.dumps(document).decode(),
        answered_at=env.now(),
    )
    emit(tx, env, "credit.accepted", offer_id=offer.id)


def decline(tx: Tx, env: Env, account_id: int, offer_id: int) -> None:
    """Say no, or take back what was agreed to: the name goes wherever it stands."""
    offer = own_question(tx, account_id, offer_id)
    me = find_actor(tx, account_id)
    if offer.state == ConsentState.OFFERED.value:
        apply_move(tx, env, offer, Move.DECLINE, me.uri)
        crediting.change_offer(tx, offer.id, answered_at=env.now())
        emit(tx, env, "credit.declined", offer_id=offer.id)
        return
    if offer.stamp_uri is None or offer.stamp_deleted_at is not None:
        raise ServiceError("invite_over", 409, "This question is over.")
    apply_move(tx, env, offer, Move.LEAVE, me.uri)
    drop_stamp(tx, env, offer)
    revoke(tx, env, offer.stamp_uri, me)
    emit(tx, env, "credit.revoked", offer_id=offer.id)


def receive_withdrawal(tx: Tx, env: Env, offer: CreditOffer, sender: Actor) -> str:
    """The author asks no more: what was agreed to for it goes too."""
    if offer.sender_id != sender.id or not apply_move(tx, env, offer, Move.WITHDRAW, sender.uri):
        return "kept"
    drop_stamp(tx, env, offer)
    return "withdrawn"
