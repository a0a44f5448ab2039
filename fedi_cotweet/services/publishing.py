"""From consent to publication, on the primary author's server (FEP-af48, Accept to Publication)."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from fedi_cotweet.domain.consent import ConsentState, Illegal, Move, Moved
from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.limits import STAMP_FRESH_FOR_PUBLISHING, STAMP_RECHECK_AFTER
from fedi_cotweet.services import cotweets, documents, timelines
from fedi_cotweet.services.cotweets import apply_move, current_offers, drop_from_draft
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit, later, tell
from storage.engine import Tx
from storage.models import Actor, Offer, Post
from storage.queries import actors, consents, posts


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a draft is not published yet: who has not answered, whose stamp must be fetched anew."""

    unanswered: tuple[int, ...] = ()
    declined: tuple[int, ...] = ()
    to_fetch: tuple[int, ...] = ()


_UNPUBLISHED = frozenset({ConsentState.OFFERED.value, ConsentState.ACCEPTED.value})
_WITHOUT = frozenset(
    {
        ConsentState.DECLINED.value,
        ConsentState.EXPIRED.value,
        ConsentState.LEFT.value,
        ConsentState.LAPSED.value,
    }
)
"""How a co-author, and not the author, can end an invitation."""


def receive_acceptance(tx: Tx, env: Env, offer_uri: str, sender: Actor, stamp_uri: str) -> str:
    """An ``Accept`` with a stamp came. It counts only once the stamp was fetched and verified.

    A late or superseded one is answered with the ``Undo`` again, so that both sides agree.
    """
    now = env.now()
    offer = consents.offer_by_uri(tx, offer_uri, "sent")
    if offer is None or offer.target_id != sender.id:
        return "no_such_offer"
    state = ConsentState(offer.state)
    if state is ConsentState.OFFERED and offer.answered_at is None and offer.expires_at <= now:
        expire(tx, env, offer)
        state = ConsentState.EXPIRED
    if state in (ConsentState.OFFERED, ConsentState.ACCEPTED):
        if state is ConsentState.OFFERED:
            consents.change_offer(tx, offer.id, answered_at=now)
        later(tx, env, "verify_stamp", str(offer.id), offer_id=offer.id, stamp_uri=stamp_uri)
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
            text=f"An acceptance of your invitation could not be verified ({code}).",
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
    _lost(tx, env, offer, "cotweet.left", f"{who} took back their consent to your draft.")
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
    post = posts.post(tx, offer.post_id)
    if post is None or post.state != "draft":
        return "not_a_draft"
    if isinstance(outcome, Moved):
        consents.change_offer(tx, offer.id, stamp_uri=stamp_uri, answered_at=env.now())
    row = posts.post_author(tx, post.id, target.uri)
    if row is None:
        return "not_an_author"
    posts.set_author(
        tx,
        post.id,
        target.uri,
        position=row.position,
        actor_id=target.id,
        state="verified",
        stamp_uri=stamp_uri,
        stamp_document=stamp_text,
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
            text=f"@{target.username}@{target.host} agreed to your post.",
        )
    try_publish(tx, env, post.id)
    return "accepted"


def receive_rejection(tx: Tx, env: Env, offer_uri: str, sender: Actor, reason: str) -> str:
    """The invited person said no; they are not named on this object any more."""
    offer = consents.offer_by_uri(tx, offer_uri, "sent")
    if offer is None or offer.target_id != sender.id:
        return "no_such_offer"
    if not isinstance(apply_move(tx, env, offer, Move.DECLINE, sender.uri, reason=reason), Moved):
        return "kept"
    consents.change_offer(tx, offer.id, answered_at=env.now(), reason=reason[:500])
    _lost(tx, env, offer, "cotweet.declined", f"@{sender.username}@{sender.host} declined.")
    return "declined"


def expire(tx: Tx, env: Env, offer: Offer) -> None:
    """The time for an answer is over, on either side."""
    if not isinstance(apply_move(tx, env, offer, Move.EXPIRE, offer.uri), Moved):
        return
    if offer.side == "sent":
        target = actors.actor(tx, offer.target_id)
        who = f"@{target.username}@{target.host}" if target else "Your co-author"
        _lost(tx, env, offer, "cotweet.expired", f"{who} did not answer in time.")


def _lost(tx: Tx, env: Env, offer: Offer, kind: str, text: str) -> None:
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
    publish_with_the_rest(tx, env, post)


def publish_with_the_rest(tx: Tx, env: Env, post: Post) -> None:
    """Somebody is not named any more: publish with the others if the author chose that mode.

    Never alone: what two were to say goes out under one name only when that one says so.
    """
    named = posts.authors_of(tx, [post.id])[post.id]
    if named and post.mode == "publish_without_decliners":
        try_publish(tx, env, post.id)


def withdraw(
    tx: Tx, env: Env, author_id: int, post_id: int, co_author_id: int | None = None
) -> int:
    """``cotweets.withdraw``; without the one who was taken off the rest may be published."""
    count = cotweets.withdraw(tx, env, author_id, post_id, co_author_id)
    post = posts.post(tx, post_id)
    if co_author_id is not None and post is not None:
        publish_with_the_rest(tx, env, post)
    return count


def waiting_for(tx: Tx, env: Env, post: Post) -> Waiting:
    """What still keeps a draft from being published."""
    now = env.now()
    offers = current_offers(tx, post)
    rows = {row.actor_id: row for row in posts.authors_of(tx, [post.id])[post.id]}
    unanswered, to_fetch = [], []
    for target_id, row in rows.items():
        offer = offers.get(target_id) if target_id is not None else None
        if offer is None or offer.state != ConsentState.ACCEPTED.value or row.state != "verified":
            unanswered.append(target_id or 0)
        elif row.fetched_at is None or row.fetched_at < now - STAMP_FRESH_FOR_PUBLISHING:
            to_fetch.append(target_id or 0)
    declined = [
        target_id
        for target_id, offer in offers.items()
        if target_id not in rows and offer.state in _WITHOUT
    ]
    return Waiting(tuple(unanswered), tuple(declined), tuple(to_fetch))


def try_publish(tx: Tx, env: Env, post_id: int, *, without_missing: bool = False) -> bool:
    """Publish a draft if everyone it names has consented, by stamps fetched just now (C17).

    With ``wait_all`` a decline holds the draft until its author decides; ``without_missing`` is
    that decision: whoever has not consented is left out. Stamps older than five minutes are
    fetched anew first, which ends in another call of this.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "draft":
        return False
    if without_missing:
        _leave_out_the_missing(tx, env, post)
        posts.change_post(tx, post_id, mode="publish_without_decliners")
    waiting = waiting_for(tx, env, post)
    if waiting.unanswered:
        return False
    if waiting.declined and post.mode == "wait_all" and not without_missing:
        return False
    offers = current_offers(tx, post)
    for target_id in waiting.to_fetch:
        offer = offers[target_id]
        later(tx, env, "verify_stamp", str(offer.id), offer_id=offer.id, stamp_uri=offer.stamp_uri)
    if waiting.to_fetch:
        return False
    publish(tx, env, posts.post(tx, post_id) or post)
    return True


def _leave_out_the_missing(tx: Tx, env: Env, post: Post) -> None:
    author = actors.actor(tx, post.author_id)
    offers = current_offers(tx, post)
    for row in posts.authors_of(tx, [post.id])[post.id]:
        offer = offers.get(row.actor_id) if row.actor_id is not None else None
        if offer is None or offer.state == ConsentState.ACCEPTED.value:
            continue
        by = author.uri if author else post.uri
        if isinstance(apply_move(tx, env, offer, Move.WITHDRAW, by), Moved):
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
        drop_from_draft(tx, env, post.id, offer.target_id)


def lapse(tx: Tx, env: Env, offer: Offer) -> None:
    """A co-author's consent to a draft of ours ran out thirty days after it was given."""
    if isinstance(apply_move(tx, env, offer, Move.LAPSE, offer.uri), Moved):
        target = actors.actor(tx, offer.target_id)
        who = f"@{target.username}@{target.host}" if target else "your co-author"
        text = f"The consent of {who} ran out: your draft was not published within thirty days."
        _lost(tx, env, offer, "cotweet.lapsed", text)


def publish(tx: Tx, env: Env, post: Post) -> None:
    """Make a draft public now. The caller has made sure of consent."""
    now = env.now()
    offers = current_offers(tx, post)
    rows = posts.authors_of(tx, [post.id])[post.id]
    document = {**orjson.loads(post.document), "published": documents.format_time(now)}
    posts.change_post(
        tx,
        post.id,
        state="published",
        published_at=now,
        sort_id=id_at(now, post.id),
        co_authored=bool(rows),
        document=orjson.dumps(document).decode(),
    )
    for row in rows:
        offer = offers.get(row.actor_id) if row.actor_id is not None else None
        if offer is None or not isinstance(
            apply_move(tx, env, offer, Move.PUBLISH, post.uri), Moved
        ):
            raise ServiceError("no_consent", 409, "An author has not consented.")
        posts.set_author(
            tx,
            post.id,
            row.actor_uri,
            position=row.position,
            state=row.state,
            next_check_at=now + STAMP_RECHECK_AFTER,
        )
    timelines.refresh(tx, post.id, now)
    emit(tx, env, "post.published", post_id=post.id)
    if rows:
        later(tx, env, "verify_post", str(post.id), post_id=post.id)


def publish_anyway(tx: Tx, env: Env, author_id: int, post_id: int) -> bool:
    """The author's decision to publish without those who have not consented (C11)."""
    cotweets.own_draft(tx, author_id, post_id)
    return try_publish(tx, env, post_id, without_missing=True)
