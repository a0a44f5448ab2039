"""Answers to Offers of ours: acceptances, refusals, silence (FEP-af48, Accept to Expiry)."""

from __future__ import annotations

from fedi_cotweet.domain.consent import ConsentState, Illegal, Move, Moved
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services import applying
from fedi_cotweet.services.draft_authors import offer_final_list
from fedi_cotweet.services.drafts import drop_from_draft, renew_offers
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, later, signed_with, tell
from fedi_cotweet.services.messages import CHANNEL, send_word
from fedi_cotweet.services.offers import apply_move
from fedi_cotweet.services.publishing import publish_with_the_rest, try_publish
from storage.engine import Tx
from storage.models import Actor, Offer
from storage.queries import actors, consents, post_authors, posts

_TO_A_CHANGE = {
    "cotweet.declined": mark(
        "{who} declined your change. "
        "The published version stands. Call the change off, or publish it without them."
    ),
    "cotweet.expired": mark(
        "{who} did not answer to your change in time. "
        "The published version stands. Call the change off, or publish it without them."
    ),
    "cotweet.lapsed": mark(
        "{who} agreed to your change too long ago. "
        "The published version stands. Call the change off, or publish it without them."
    ),
    "cotweet.left": mark(
        "{who} took back their consent to your change. "
        "The published version stands. Call the change off, or publish it without them."
    ),
}
_UNPUBLISHED = frozenset({ConsentState.OFFERED.value, ConsentState.ACCEPTED.value})


def receive_acceptance(tx: Tx, env: Env, offer_uri: str, sender: Actor, stamp_uri: str) -> str:
    """An ``Accept`` with a stamp came. It counts only once the stamp was fetched and verified.

    A late or superseded one is answered with the ``Undo`` again, so that both sides agree.
    """
    now = env.now()
    offer = consents.offer_by_uri(tx, offer_uri, "sent")
    if offer is None or offer.target_id != sender.id or offer.channel == CHANNEL:
        return "no_such_offer"
    state = ConsentState(offer.state)
    if state is ConsentState.OFFERED and offer.answered_at is None and offer.expires_at <= now:
        expire(tx, env, offer)
        state = ConsentState.EXPIRED
    if state in (ConsentState.OFFERED, ConsentState.ACCEPTED):
        if state is ConsentState.OFFERED:
            consents.change_offer(tx, offer.id, answered_at=now)
        later(
            tx,
            env,
            "verify_stamp",
            str(offer.id),
            offer_id=offer.id,
            stamp_uri=stamp_uri,
            signed_with=signed_with(),
        )
        return "verifying"
    if state in (ConsentState.WITHDRAWN, ConsentState.EXPIRED, ConsentState.SUPERSEDED):
        emit(tx, env, "offer.withdrawn", offer_id=offer.id)
        return "too_late"
    return "kept"


def acceptance_failed(
    tx: Tx, env: Env, offer_id: int, code: str, *, gone: bool = False, for_good: bool = True
) -> None:
    """The stamp of an ``Accept`` did not hold. ``gone``: it was deleted, which is an answer.

    An Offer that was never accepted stays open for another answer. Consent that was verified once
    is taken back when its stamp does not hold any more, unless it just could not be had
    (``for_good`` False).
    """
    offer = consents.offer(tx, offer_id)
    if offer is None or offer.state not in _UNPUBLISHED:
        return
    if gone or (for_good and offer.state == ConsentState.ACCEPTED.value):
        taken_back(tx, env, offer, why=code)
        return
    if offer.state == ConsentState.OFFERED.value:
        consents.change_offer(tx, offer.id, answered_at=None)
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    if post is not None:
        tell(
            tx,
            env,
            post.author_id,
            "cotweet.bad_acceptance",
            offer.uri,
            actor_id=offer.target_id,
            post_id=post.id,
            text=say("An acceptance of your invitation could not be verified ({code}).", code=code),
        )


def taken_back(tx: Tx, env: Env, offer: Offer, *, why: str) -> bool:
    """The stamp for one of our Offers was deleted before the post was published.

    Whether that changes anything. Its ``Delete`` may come before the ``Accept``: then the invited
    person agreed and changed their mind, which is a refusal.
    """
    target = actors.actor(tx, offer.target_id)
    if target is None or offer.state not in _UNPUBLISHED:
        return False
    what = Move.LEAVE if offer.state == ConsentState.ACCEPTED.value else Move.DECLINE
    apply_move(tx, env, offer, what, target.uri, why=why)
    consents.change_offer(tx, offer.id, answered_at=env.now())
    who = f"@{target.username}@{target.host}"
    text = say("{who} took back their consent to your draft.", who=who)
    lost(tx, env, offer, "cotweet.left", text)
    return True


def stamp_verified(
    tx: Tx, env: Env, offer_id: int, stamp_uri: str, stamp_text: str, fetched_at: int
) -> str:
    """A stamp was fetched from its origin and fits the Offer; publish if it was the last."""
    offer = consents.offer(tx, offer_id)
    if offer is None or offer.post_id is None:
        return "no_such_offer"
    target = actors.actor(tx, offer.target_id)
    if target is None:
        return "no_such_offer"
    if (stamp_uri, target.uri) in consents.deleted_stamp_owners(tx, [stamp_uri]):
        return "stamp_deleted"
    if offer.state == ConsentState.ACCEPTED.value and offer.stamp_uri != stamp_uri:
        return "other_stamp"
    outcome = apply_move(tx, env, offer, Move.ACCEPT, target.uri, stamp=stamp_uri)
    if isinstance(outcome, Illegal):
        if outcome.state is not ConsentState.PUBLISHED:
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
        return "too_late"
    if offer.change_id is not None:
        return applying.accepted(tx, env, offer, outcome, stamp_uri, stamp_text, fetched_at)
    post = posts.post(tx, offer.post_id)
    if post is None or post.state != "draft":
        return "not_a_draft"
    if isinstance(outcome, Moved):
        consents.change_offer(tx, offer.id, stamp_uri=stamp_uri, answered_at=env.now())
    row = post_authors.post_author(tx, post.id, target.uri)
    if row is None:
        return "not_an_author"
    post_authors.set_author(
        tx,
        post.id,
        target.uri,
        position=row.position,
        actor_id=target.id,
        state="verified",
        stamp_uri=stamp_uri,
        stamp_document=stamp_text,
        role=applying.agreed_role(row.role, stamp_text),
        digest=offer.digest,
        fetched_at=fetched_at,
        next_check_at=None,
    )
    if isinstance(outcome, Moved):
        tell(
            tx,
            env,
            post.author_id,
            "cotweet.accepted",
            offer.uri,
            actor_id=target.id,
            post_id=post.id,
            text=say("{who} agreed to your post.", who=f"@{target.username}@{target.host}"),
        )
    try_publish(tx, env, post.id)
    return "accepted"


def declined(person: Actor, reason: str) -> str:
    """What the author is told of a no."""
    who = f"@{person.username}@{person.host}"
    if not reason:
        return say("{who} declined.", who=who)
    return say("{who} declined: “{words}”", who=who, words=reason[:500])


def receive_rejection(tx: Tx, env: Env, offer_uri: str, sender: Actor, reason: str) -> str:
    """The invited person said no; they are not named on this object any more."""
    offer = consents.offer_by_uri(tx, offer_uri, "sent")
    if offer is None or offer.target_id != sender.id or offer.channel == CHANNEL:
        return "no_such_offer"
    if not isinstance(apply_move(tx, env, offer, Move.DECLINE, sender.uri, reason=reason), Moved):
        return "kept"
    consents.change_offer(tx, offer.id, answered_at=env.now(), reason=reason[:500])
    lost(tx, env, offer, "cotweet.declined", declined(sender, reason))
    return "declined"


def expire(tx: Tx, env: Env, offer: Offer, *, quietly: bool = False) -> None:
    """The time for an answer is over, on either side.

    ``quietly``: whoever was asked by message is told something else about it.
    """
    if not isinstance(apply_move(tx, env, offer, Move.EXPIRE, offer.uri), Moved):
        return
    if offer.side == "sent":
        target = actors.actor(tx, offer.target_id)
        text = (
            say("{who} did not answer in time.", who=f"@{target.username}@{target.host}")
            if target
            else say("Your co-author did not answer in time.")
        )
        lost(tx, env, offer, "cotweet.expired", text)
        if not quietly:
            send_word(tx, env, offer, "expired")


def lapse(tx: Tx, env: Env, offer: Offer) -> None:
    """A co-author's consent to a draft of ours ran out thirty days after it was given."""
    if isinstance(apply_move(tx, env, offer, Move.LAPSE, offer.uri), Moved):
        target = actors.actor(tx, offer.target_id)
        text = (
            say(
                "The consent of {who} ran out: your draft was not published within thirty days.",
                who=f"@{target.username}@{target.host}",
            )
            if target
            else say(
                "The consent of your co-author ran out: your draft was not published within"
                " thirty days."
            )
        )
        lost(tx, env, offer, "cotweet.lapsed", text)
        send_word(tx, env, offer, "expired")


def lost(tx: Tx, env: Env, offer: Offer, kind: str, text: str) -> None:
    """Somebody is not named on a draft any more, and its author is told so."""
    if offer.change_id is not None:
        applying.lost(tx, env, offer, _TO_A_CHANGE[kind])
        return
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    if post is None or post.state != "draft":
        return
    tell(
        tx,
        env,
        post.author_id,
        kind,
        offer.uri,
        actor_id=offer.target_id,
        post_id=post.id,
        text=text,
    )
    drop_from_draft(tx, env, post.id, offer.target_id)
    renew_offers(tx, env, post.id)
    if post.mode == "publish_without_decliners":
        offer_final_list(tx, env, post)
    publish_with_the_rest(tx, env, post)
