"""What readers do with a post: ``Announce``, ``Like``, and taking them back."""

from __future__ import annotations

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.services import timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import tell
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import follows, posts


def receive_boost(tx: Tx, env: Env, post: Post, booster: Actor, uri: str, published_at: int) -> str:
    """An ``Announce``. By a verified co-author it is delivery, never a share (FEP-af48)."""
    now = env.now()
    rows = posts.authors_of(tx, [post.id])[post.id]
    delivery = booster.id in timelines.shown_author_ids(post, rows, now)
    boost_id = env.new_id()
    moment = min(published_at, now)
    if not posts.add_boost(
        tx,
        id=boost_id,
        uri=uri,
        actor_id=booster.id,
        post_id=post.id,
        published_at=moment,
        delivery=delivery,
    ):
        return "repeated"
    if delivery:
        timelines.refresh(tx, post.id, now)
        return "delivered"
    timelines.bring_boost(tx, post, booster.id, id_at(moment, boost_id), now)
    for account_id in follows.local_among(tx, timelines.shown_author_ids(post, rows, now)):
        tell(
            tx,
            env,
            account_id,
            "boost",
            uri,
            actor_id=booster.id,
            post_id=post.id,
            text=f"@{booster.username}@{booster.host} boosted your post.",
        )
    return "boosted"


def receive_unboost(
    tx: Tx, env: Env, booster: Actor, uri: str | None, object_uri: str | None
) -> str:
    """An ``Undo`` of an ``Announce``, named by its id or by what was announced."""
    boost = posts.boost_by_uri(tx, uri) if uri is not None else None
    if boost is None and object_uri is not None:
        post = posts.post_by_uri(tx, object_uri)
        boost = posts.boost_between(tx, booster.id, post.id) if post is not None else None
    if boost is None or boost.actor_id != booster.id:
        return "unknown"
    posts.remove_boost(tx, boost.id)
    timelines.refresh(tx, boost.post_id, env.now())
    return "undone"


def receive_like(tx: Tx, env: Env, post: Post, liker: Actor, uri: str) -> str:
    """A ``Like`` of a post; every local author hears of it once."""
    if not posts.add_like(
        tx, id=env.new_id(), uri=uri, actor_id=liker.id, post_id=post.id, created_at=env.now()
    ):
        return "repeated"
    rows = posts.authors_of(tx, [post.id])[post.id]
    for account_id in follows.local_among(tx, timelines.shown_author_ids(post, rows, env.now())):
        tell(
            tx,
            env,
            account_id,
            "like",
            uri,
            actor_id=liker.id,
            post_id=post.id,
            text=f"@{liker.username}@{liker.host} liked your post.",
        )
    return "liked"


def receive_unlike(tx: Tx, liker: Actor, uri: str | None, object_uri: str | None) -> str:
    """An ``Undo`` of a ``Like``."""
    like = posts.like_by_uri(tx, uri) if uri is not None else None
    if like is not None and like.actor_id == liker.id:
        posts.remove_like(tx, liker.id, like.post_id)
        return "undone"
    post = posts.post_by_uri(tx, object_uri) if object_uri is not None else None
    if post is None:
        return "unknown"
    posts.remove_like(tx, liker.id, post.id)
    return "undone"
