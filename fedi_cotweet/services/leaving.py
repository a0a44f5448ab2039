"""Taking a name off: the stamp is deleted, and everybody follows (FEP-af48, Leaving)."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from fedi_cotweet.domain.consent import ConsentState, Illegal, Kept, Move, Moved
from fedi_cotweet.services import answers, documents, message_answers, timelines
from fedi_cotweet.services import posts as post_services
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.invitations import drop_stamp
from fedi_cotweet.services.offers import apply_move, current_offers
from fedi_cotweet.services.verification import mark_revoked
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, consents, posts


def leave(tx: Tx, env: Env, account_id: int, object_uri: str) -> str:
    """A local co-author takes their name off a post or an agreed draft; the deleted stamp's id.

    Works whatever the primary author's server does or does not do (C35).
    """
    me = actors.actor(tx, account_id)
    if me is None:
        raise not_found("account")
    offers = [
        offer
        for offer in consents.offers_for_object(tx, object_uri, "received")
        if offer.target_id == account_id
    ]
    if not offers:
        raise not_found("co-authored post")
    agreed = [
        offer
        for offer in offers
        if offer.state in (ConsentState.ACCEPTED.value, ConsentState.PUBLISHED.value)
    ]
    offer = (agreed or offers)[-1]
    stamp = consents.stamp_for_offer(tx, offer.uri)
    outcome = apply_move(tx, env, offer, Move.LEAVE, me.uri)
    match outcome:
        case Illegal(_, why):
            raise ServiceError("not_a_co_author", 409, why)
        case Kept():
            return stamp.uri if stamp is not None else ""
        case _:
            pass
    if stamp is None:
        raise not_found("consent")
    drop_stamp(tx, env, offer, "left")
    post = posts.post_by_uri(tx, object_uri)
    # A draft is known to its authors alone, also when its primary author lives here.
    known = post if post is not None and post.state == "published" else None
    emit(
        tx,
        env,
        "stamp.deleted",
        stamp_id=stamp.id,
        post_id=known.id if known is not None else None,
        account_id=account_id,
    )
    if known is not None:
        mark_revoked(tx, env, known, me.uri)
    return stamp.uri


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
    for row in posts.authors_with_stamp(tx, stamp_uri):
        post = posts.post(tx, row.post_id)
        if row.actor_uri != issuer.uri or post is None or post.state == "draft":
            continue
        touched += 1
        if post.local and post.state == "published":
            take_off(tx, env, post, issuer, text)
        else:
            mark_revoked(tx, env, post, issuer.uri)
    return "revoked" if touched else ("remembered" if new else "known")


def take_off(tx: Tx, env: Env, post: Post, actor: Actor, delete_text: str = "") -> None:
    """A co-author left a published post of ours: shorten it and tell everyone who received it."""
    offer = current_offers(tx, post).get(actor.id)
    if offer is not None:
        apply_move(tx, env, offer, Move.LEAVE, actor.uri)
    mark_revoked(tx, env, post, actor.uri)
    fresh = posts.post(tx, post.id) or post
    document = documents.without_mention(orjson.loads(fresh.document), actor.uri)
    post_services.rewrite(tx, env, fresh, document)
    if delete_text:
        emit(tx, env, "stamp.forwarded", post_id=post.id, text=delete_text, actor_id=actor.id)
    tell(
        tx,
        env,
        post.author_id,
        "cotweet.left",
        f"{post.uri} {actor.uri}",
        actor_id=actor.id,
        post_id=post.id,
        text=f"@{actor.username}@{actor.host} left your post.",
    )


def found_gone(tx: Tx, env: Env, post_id: int, co_authors: Sequence[str]) -> None:
    """The stamps of co-authors of a post of ours are gone, and their ``Delete`` never came."""
    for uri in co_authors:
        post, actor = posts.post(tx, post_id), actors.actor_by_uri(tx, uri)
        if post is None or actor is None or not post.local or post.state != "published":
            continue
        offer = current_offers(tx, post).get(actor.id)
        if offer is not None and offer.state == ConsentState.PUBLISHED.value:
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
    newer version of a post is verified after they came back.
    """
    actor = actors.actor_by_uri(tx, actor_uri)
    if actor is None or actor.local:
        return False
    actors.mark_gone(tx, actor.id, now)
    for row in posts.authorships(tx, actor.id, "verified"):
        posts.set_author(tx, row.post_id, row.actor_uri, position=row.position, state="invalid")
        timelines.refresh(tx, row.post_id, now)
    message_answers.person_gone(tx, env, actor)
    return True


def no_longer_named(tx: Tx, env: Env, object_uri: str, co_authors: tuple[str, ...]) -> None:
    """The primary author removed somebody who lives here: their stamp goes, silently."""
    for offer in consents.offers_for_object(tx, object_uri, "received"):
        me = actors.actor(tx, offer.target_id)
        if me is None or me.uri in co_authors or offer.state != ConsentState.PUBLISHED.value:
            continue
        post = posts.post_by_uri(tx, object_uri)
        if post is None:
            continue
        apply_move(tx, env, offer, Move.REMOVE, post.uri)
        drop_stamp(tx, env, offer, "removed")
        emit(tx, env, "cotweet.unannounced", post_id=post.id, account_id=offer.target_id)
        tell(
            tx,
            env,
            offer.target_id,
            "cotweet.removed",
            post.uri,
            actor_id=post.author_id,
            post_id=post.id,
            text="You are no longer an author of a post you had agreed to.",
        )
