"""Taking a name off: the stamp is deleted, and everybody follows (FEP-af48, Leaving)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import orjson

from fedi_cotweet.domain.consent import ConsentState, Illegal, Kept, Move, Moved, move
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import (
    answers,
    applying,
    documents,
    message_answers,
    standing,
    timelines,
)
from fedi_cotweet.services import posts as post_services
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, later, tell
from fedi_cotweet.services.invitations import drop_stamp
from fedi_cotweet.services.offers import apply_move, current_offers
from fedi_cotweet.services.reasons import why_not
from fedi_cotweet.services.verification import mark_revoked
from storage.engine import Tx
from storage.models import Actor, Offer, Post
from storage.queries import actors, changes, consents, post_authors, posts

_AGREED = (ConsentState.ACCEPTED.value, ConsentState.PUBLISHED.value)


def leave(tx: Tx, env: Env, account_id: int, object_uri: str) -> str:
    """A local co-author takes their name off a post or an agreed draft; the deleted stamp's id.

    Works whatever the primary author's server does or does not do (C35), and once more changes
    nothing. ``not_a_co_author`` (409): they never agreed, or are an author no more.
    """
    me = actors.actor(tx, account_id)
    if me is None:
        raise not_found("account")
    offers = standing.received_by(tx, account_id, object_uri)
    if not offers:
        raise not_found("co-authored post")
    agreed = [offer for offer in offers if offer.state in _AGREED]
    left = [offer for offer in offers if offer.state == ConsentState.LEFT.value]
    # Whoever left declined what was open then: their leaving is the last word.
    last = (agreed or (left if offers[-1].change else []) or offers)[-1]
    stamp = consents.stamp_for_offer(tx, last.uri)
    outcome = move(ConsentState(last.state), Move.LEAVE)
    match outcome:
        case Illegal(state):
            raise _nothing_to_leave(last, why_not(state, Move.LEAVE))
        case Kept(state) if state is not ConsentState.LEFT:
            raise _nothing_to_leave(last, why_not(state, Move.LEAVE))
        case Kept():
            return stamp.uri if stamp is not None else ""
        case _:
            pass
    if stamp is None:
        raise not_found("consent")
    post = posts.post_by_uri(tx, object_uri)
    # A draft is known to its authors alone, also when its primary author lives here; and so is a
    # change to a post that does not name them yet.
    row = post_authors.post_author(tx, post.id, me.uri) if post is not None else None
    known = post if post is not None and post.state == "published" else None
    for offer in agreed:
        was_named = offer.state == ConsentState.PUBLISHED.value or not offer.change
        _withdraw_consent(tx, env, offer, me, known if was_named or row is not None else None)
    for offer in offers:
        if offer.change and offer.state == ConsentState.OFFERED.value:
            apply_move(tx, env, offer, Move.DECLINE, me.uri, reason="left")
            consents.change_offer(tx, offer.id, answered_at=env.now())
            emit(tx, env, "offer.declined", offer_id=offer.id)
    if known is not None:
        mark_revoked(tx, env, known, me.uri)
    return stamp.uri


def _nothing_to_leave(offer: Offer, why: str) -> ServiceError:
    if offer.state == ConsentState.OFFERED.value:
        return ServiceError(
            "not_a_co_author",
            409,
            "You have not agreed to this: there is nothing to leave.",
            say("To say no to it: fedi-cotweet decline {invite}", invite=str(offer.id)),
        )
    return ServiceError(
        "not_a_co_author", 409, why, "You are no author of it, and nothing is to do."
    )


def _withdraw_consent(tx: Tx, env: Env, offer: Offer, me: Actor, known: Post | None) -> None:
    """One stamp goes, and whoever knows of it hears so; ``known`` is the post that carries it."""
    apply_move(tx, env, offer, Move.LEAVE, me.uri)
    stamp = consents.stamp_for_offer(tx, offer.uri)
    drop_stamp(tx, env, offer, "left")
    if stamp is not None:
        emit(
            tx,
            env,
            "stamp.deleted",
            stamp_id=stamp.id,
            post_id=known.id if known is not None else None,
            account_id=me.id,
        )


def receive_stamp_deletion(tx: Tx, env: Env, stamp_uri: str, issuer: Actor, text: str) -> str:
    """A stamp's issuer deleted it; the caller has authenticated that by its proof.

    Remembered whether the stamp was known or not. ``text`` is the ``Delete`` as received, to be
    forwarded by the primary author's server.
    """
    new = consents.remember_deleted_stamp(tx, stamp_uri, issuer.uri, env.now())
    touched = 0
    for offer in consents.sent_offers_with_stamp(tx, stamp_uri):
        if offer.target_id == issuer.id and answers.taken_back(tx, env, offer, why="left"):
            touched += 1
    for row in post_authors.authors_with_stamp(tx, stamp_uri):
        post = posts.post(tx, row.post_id)
        if row.actor_uri != issuer.uri or post is None or post.state == "draft":
            continue
        touched += 1
        if post.local and post.state == "published":
            take_off(tx, env, post, issuer, stamp_uri, text)
        else:
            mark_revoked(tx, env, post, issuer.uri)
    return "revoked" if touched else ("remembered" if new else "known")


def take_off(
    tx: Tx, env: Env, post: Post, actor: Actor, stamp_uri: str = "", delete_text: str = ""
) -> None:
    """A co-author left a published post of ours: shorten it and tell everyone who received it.

    They are not asked about a change that is open, either.
    """
    offer = current_offers(tx, post).get(actor.id)
    if offer is not None:
        apply_move(tx, env, offer, Move.LEAVE, actor.uri)
    mark_revoked(tx, env, post, actor.uri)
    fresh = posts.post(tx, post.id) or post
    document = documents.without_mention(orjson.loads(fresh.document), actor.uri)
    post_services.rewrite(tx, env, fresh, document)
    if delete_text:
        emit(
            tx,
            env,
            "stamp.forwarded",
            post_id=post.id,
            text=delete_text,
            actor_id=actor.id,
            stamp=stamp_uri,
            only_aware=True,
        )
    tell(
        tx,
        env,
        post.author_id,
        "cotweet.left",
        f"{post.uri} {actor.uri}",
        actor_id=actor.id,
        post_id=post.id,
        text=say("{who} left your post.", who=f"@{actor.username}@{actor.host}"),
    )
    applying.not_in_change(tx, env, post, actor, why="left")


def found_gone(
    tx: Tx, env: Env, post_id: int, co_authors: Sequence[str], unnamed: Collection[str] = ()
) -> None:
    """The stamps of co-authors of a post of ours are gone, and their ``Delete`` never came.

    ``unnamed``: those whom it names no more since just now, whatever their consent was before.
    Everybody who has the post is told, or a name would stand there that is gone here.
    """
    for uri in co_authors:
        post, actor = posts.post(tx, post_id), actors.actor_by_uri(tx, uri)
        if post is None or actor is None or not post.local or post.state != "published":
            continue
        offer = current_offers(tx, post).get(actor.id)
        published = offer is not None and offer.state == ConsentState.PUBLISHED.value
        if published or uri in unnamed:
            take_off(tx, env, post, actor)


def lapse(tx: Tx, env: Env, offer_id: int) -> None:
    """Agreed thirty days ago and never published: the stamp goes, without a word (FEP-af48)."""
    offer = consents.offer(tx, offer_id)
    if offer is None:
        return
    if offer.side == "sent":
        answers.lapse(tx, env, offer)
    elif isinstance(apply_move(tx, env, offer, Move.LAPSE, offer.uri), Moved):
        drop_stamp(tx, env, offer, "unused")


def actor_gone(tx: Tx, env: Env, actor_uri: str, now: int) -> bool:
    """An actor was deleted, or is not there any more; False for one nobody here knows.

    From now on they are shown as co-author of nothing (FEP-af48, Leaving and removal), until a
    newer version of a post is verified after they came back. What they proposed ends.
    """
    actor = actors.actor_by_uri(tx, actor_uri)
    if actor is None or actor.local:
        return False
    actors.mark_gone(tx, actor.id, now)
    for row in post_authors.authorships(tx, actor.id, "verified"):
        post_authors.set_author(
            tx, row.post_id, row.actor_uri, position=row.position, state="invalid"
        )
        timelines.refresh(tx, row.post_id, now)
    for object_uri in changes.proposed_by(tx, actor.id):
        later(tx, env, "settle_proposals", object_uri, object_uri=object_uri)
    message_answers.person_gone(tx, env, actor)
    return True
