"""What becomes of somebody's posts, names and follows when they are not here any more.

Suspended by the operator, deleted by themselves, or gone with their server: in small steps, each a
transaction that may run again, since it can be much.
"""

from __future__ import annotations

from fedi_cotweet.domain.consent import ConsentState, Move, Moved
from fedi_cotweet.services import (
    collections,
    distances,
    leaving,
    message_answers,
    own_profile,
    timelines,
)
from fedi_cotweet.services import posts as post_services
from fedi_cotweet.services.drafts import discard_draft, drop_from_draft, renew_offers
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, later
from fedi_cotweet.services.offers import apply_move, current_offers
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, consents, follows, interactions, post_authors, posts

STEP = 50
"""How many posts or names one transaction deals with."""
MOST_LOOKED_AT = 2_000


def later_out(tx: Tx, env: Env, actor_id: int) -> None:
    """Do ``step_out`` until nothing is left."""
    later(tx, env, "depart", str(actor_id), actor_id=actor_id)


def step_out(tx: Tx, env: Env, actor_id: int) -> bool:
    """One step of taking somebody out; whether more is to be done.

    Nothing happens to whoever is neither gone nor shut out by now.
    """
    actor = actors.actor(tx, actor_id)
    if actor is None or not out(tx, actor):
        return False
    if actor.gone_at is not None:
        own_profile.drop_pictures(tx, actor)
        collections.drop_all(tx, actor.id)
    return (
        _end_names(tx, env, actor)
        or _end_drafts(tx, env, actor)
        or (_is_over(actor) and _end_posts(tx, env, actor))
        or _end_follows(tx, env, actor)
    )


def gone(tx: Tx, env: Env, actor: Actor) -> None:
    """A remote actor deleted itself. What it wrote, and its names, go with it."""
    actors.mark_gone(tx, actor.id, env.now())
    later_out(tx, env, actor.id)


def say_goodbye(tx: Tx, env: Env, actor_id: int) -> None:
    """The last word of a deleted account of ours; saying it twice sends it once."""
    actor = actors.actor(tx, actor_id)
    if actor is not None and actor.local and actor.gone_at is not None:
        emit(tx, env, "actor.deleted", actor_id=actor.id)


def let_in(tx: Tx, env: Env, actor_id: int) -> None:
    """Somebody is not shut out any more: where they are named, their stamps are looked at anew."""
    for row in post_authors.authorships(tx, actor_id, "invalid", MOST_LOOKED_AT):
        later(tx, env, "verify_post", str(row.post_id), post_id=row.post_id)


def out(tx: Tx, actor: Actor) -> bool:
    """Whether somebody is gone, suspended, or from a suspended server."""
    return actor.gone_at is not None or distances.unavailable(tx, actor)


def _is_over(actor: Actor) -> bool:
    # Posts of others who are suspended are hidden and kept: a mistake can be taken back.
    return actor.local or actor.gone_at is not None


def _end_names(tx: Tx, env: Env, actor: Actor) -> bool:
    """They are named as co-author of nothing any more; posts of ours get an ``Update``."""
    if actor.local:
        agreed = [ConsentState.ACCEPTED.value, ConsentState.PUBLISHED.value]
        offers = consents.offers_to(tx, actor.id, agreed, STEP)
        for object_uri in {offer.object_uri for offer in offers}:
            leaving.leave(tx, env, actor.id, object_uri)
        if offers:
            return True
    message_answers.person_gone(tx, env, actor)
    rows = post_authors.authorships(tx, actor.id, "verified", STEP)
    for row in rows:
        post = posts.post(tx, row.post_id)
        if post is not None and post.local and post.state == "published":
            leaving.take_off(tx, env, post, actor)
        else:
            post_authors.set_author(
                tx, row.post_id, row.actor_uri, position=row.position, state="invalid"
            )
            timelines.refresh(tx, row.post_id, env.now())
    return bool(rows)


def _end_drafts(tx: Tx, env: Env, actor: Actor) -> bool:
    """Nobody here waits for them, and nobody is asked by them."""
    if actor.local:
        drafts = posts.drafts_of(tx, actor.id)[:STEP]
        for draft in drafts:
            discard_draft(tx, env, actor.id, draft.id)
        if drafts:
            return True
    offers = consents.open_to(tx, actor.id, STEP)
    for offer in offers:
        by = actor.uri
        if isinstance(apply_move(tx, env, offer, Move.WITHDRAW, by, why="gone"), Moved):
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
        post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
        if post is not None and post.state == "draft" and actor.id in current_offers(tx, post):
            drop_from_draft(tx, env, post.id, actor.id)
            renew_offers(tx, env, post.id)
    return bool(offers)


def _end_posts(tx: Tx, env: Env, actor: Actor) -> bool:
    """Their posts go: those of people here for everybody, with a ``Delete``. So does what they
    did to posts of others."""
    found = posts.published_by(tx, actor.id, STEP)
    for post in found:
        post_services.remove(tx, env, post)
        if post.local:
            emit(tx, env, "post.deleted", post_id=post.id)
    # What carried a co-tweet to their followers ends with their name on it.
    boosts = interactions.boosts_by(tx, actor.id, STEP)
    for boost in boosts:
        interactions.remove_boost(tx, boost.id)
        if actor.local:
            emit(tx, env, "boost.undone", uri=boost.uri, actor_id=actor.id, post_id=boost.post_id)
        timelines.refresh(tx, boost.post_id, env.now())
    interactions.forget_likes(tx, actor.id)
    return bool(found or boosts)


def _end_follows(tx: Tx, env: Env, actor: Actor) -> bool:
    if actor.local and actor.gone_at is None:
        return False  # a suspension can be taken back, and followers are not told
    held = follows.any_with(tx, actor.id, STEP)
    for follow in held:
        follows.remove_follow(tx, follow.follower_id, follow.followed_id)
        timelines.forget_source(tx, follow.follower_id, follow.followed_id, env.now())
    return bool(held)
