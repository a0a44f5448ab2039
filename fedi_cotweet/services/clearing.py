"""What somebody did with posts before an author, or the operator, began to keep them away.

Likes and boosts go for good. Replies are posts of their own: they stay, and stand under what they
answer again when nobody there keeps their author away any more. Votes stay as well, else an author
could steer a poll by blocking. All in steps that look at what holds now, so that they may run twice
and in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fedi_cotweet.services import distances, reactions, timelines
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, later
from fedi_cotweet.services.notices import author_rows
from fedi_cotweet.services.relays import relay, relay_removal
from fedi_cotweet.services.unwelcome import unwelcome
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, interactions, keeping_away, posts

Place = tuple[int, int]
"""How far it is: the kind of thing, and the last one that was looked at."""
START: Final[Place] = (0, 0)
STEP: Final = 50
"""How many things one transaction looks at."""


def begin(tx: Tx, env: Env, author_id: int, actor_id: int) -> None:
    """Have ``step`` done for one pair, after a block and after it was taken back."""
    key = f"{author_id} {actor_id}"
    later(tx, env, "clear_posts", key, author_id=author_id, actor_id=actor_id)


def begin_with_host(tx: Tx, env: Env, author_id: int, host: str) -> None:
    """The same for everybody of a server who has had to do with an author."""
    later(tx, env, "clear_posts_of_host", f"{author_id} {host}", author_id=author_id, host=host)


def step(
    tx: Tx, env: Env, author_id: int | None, actor_id: int, place: Place = START
) -> Place | None:
    """Go on with what an actor did to posts of one author (None: of anybody); None at the end."""
    actor = actors.actor(tx, actor_id)
    author = actors.actor(tx, author_id) if author_id is not None else None
    if actor is None or (author_id is not None and author is None):
        return None
    if author is not None and author.local and place == START:
        _forget_notifications(tx, env, author, actor)
    kind, after = place
    for number in range(kind, len(_KINDS)):
        last = _KINDS[number](tx, env, author, actor, after)
        if last is not None:
            return number, last
        after = 0
    return None


def _forget_notifications(tx: Tx, env: Env, author: Actor, actor: Actor) -> None:
    if not distances.shut_out(tx, env.now(), author.id, actor.id):
        return
    heard = keeping_away.heard_of(tx, author.id, actor.id)
    gone = [key for key, kind in heard if not distances.about_consent(kind)]
    keeping_away.forget_notifications(tx, gone)


def _likes(tx: Tx, env: Env, author: Actor | None, actor: Actor, after: int) -> int | None:
    found = keeping_away.likes(tx, actor.id, _id(author), after, STEP)
    for like in found:
        post = posts.post(tx, like.post_id)
        if post is None or not _concerns_us(post, author) or not unwelcome(tx, env, post, actor):
            continue
        if not (post.local or actor.local):
            interactions.remove_like(tx, actor.id, post.id)  # its own server counts it, or not
            continue
        reactions.drop_like(tx, env, like, actor)
        if actor.local:
            emit(tx, env, "like.undone", uri=like.uri, actor_id=actor.id, post_id=post.id)
    return found[-1].id if len(found) == STEP else None


def _boosts(tx: Tx, env: Env, author: Actor | None, actor: Actor, after: int) -> int | None:
    found = keeping_away.boosts(tx, actor.id, _id(author), after, STEP)
    for boost in found:
        post = posts.post(tx, boost.post_id)
        if post is None or not _concerns_us(post, author) or not unwelcome(tx, env, post, actor):
            continue
        if not (post.local or actor.local):
            interactions.remove_boost(tx, boost.id)
            timelines.refresh(tx, post.id, env.now())
            continue
        reactions.drop_boost(tx, env, boost, actor)
        if actor.local:
            emit(tx, env, "boost.undone", uri=boost.uri, actor_id=actor.id, post_id=post.id)
    return found[-1].id if len(found) == STEP else None


def _answers(tx: Tx, env: Env, author: Actor | None, actor: Actor, after: int) -> int | None:
    found = keeping_away.answers(tx, actor.id, _id(author), after, STEP)
    for reply in found:
        answered = posts.post_by_uri(tx, reply.in_reply_to_uri or "")
        if answered is None or not _concerns_us(answered, author):
            continue
        out = unwelcome(tx, env, answered, actor)
        if out == (reply.kept_out_at is not None):
            continue
        keeping_away.set_kept_out(tx, reply.id, env.now() if out else None)
        if reply.visibility in EVERYBODYS:
            rows = author_rows(tx, answered)
            if out:
                relay_removal(tx, env, answered, rows, "replies", reply.uri, actor.uri)
            else:
                relay(tx, env, answered, rows, "replies", reply.uri, by=actor)
    return found[-1].sort_id if len(found) == STEP else None


_KINDS: Final[tuple[Callable[[Tx, Env, Actor | None, Actor, int], int | None], ...]] = (
    _likes,
    _boosts,
    _answers,
)


def _id(author: Actor | None) -> int | None:
    return None if author is None else author.id


def _concerns_us(post: Post, author: Actor | None) -> bool:
    """Whom somebody elsewhere blocks, their server keeps from their posts there."""
    return post.local or author is None or author.local
