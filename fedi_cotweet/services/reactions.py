"""What readers do with a post: likes and boosts, from here and from elsewhere, and their undoing.

One like and one boost per person and post, and one word of it to every author who lives here,
however often it is taken back and repeated and in however many ways it arrives (C38).

None of it is consent, and none of it makes anybody more trusted: nothing but counts, statistics
and notifications reads these rows (C40, C42).
"""

from __future__ import annotations

from typing import Final

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import inboxes, streams, timelines
from fedi_cotweet.services.audiences import EVERYBODYS, may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.homes import check_at_home
from fedi_cotweet.services.mistaken import no_such_post
from fedi_cotweet.services.notices import author_rows, tell_authors
from fedi_cotweet.services.reading import one_post
from fedi_cotweet.services.relays import Collection, relay, relay_removal
from fedi_cotweet.services.unwelcome import unwelcome
from storage.engine import Tx
from storage.models import Actor, Boost, Like, Post
from storage.queries import actors, interactions, places, posts
from storage.queries import reactions as stored

BOOSTS: Final = (*EVERYBODYS, "followers")
"""Whom a boost may be for, the widest first."""


def like(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Somebody here likes a post; once more changes nothing.

    Raises ``not_found`` (404) and ``hidden_by_you`` (403) as reading it would, and ``moved_away``.
    """
    check_at_home(tx, account_id)
    me, post = _reader(tx, account_id), _shown(tx, env, account_id, post_id)
    like_id = env.new_id()
    uri = env.addresses.activity(me.username, like_id)
    if receive_like(tx, env, post, me, uri) == "liked":
        emit(tx, env, "like.made", uri=uri, actor_id=me.id, post_id=post.id)
        if post.local:
            inboxes.keep(tx, env, me, "Like", uri, post.uri, [post.author_id])


def unlike(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Take a like back; it is no error if there was none."""
    me, post = _reader(tx, account_id), _seen(tx, account_id, post_id)
    held = interactions.like_between(tx, me.id, post.id)
    if held is None:
        return
    drop_like(tx, env, held, me)
    emit(tx, env, "like.undone", uri=held.uri, actor_id=me.id, post_id=post.id)


def boost(tx: Tx, env: Env, account_id: int, post_id: int, visibility: str = "public") -> None:
    """Somebody here passes a post on to their followers; once more changes nothing.

    ``visibility``: ``public``, ``unlisted``, or ``followers``: nobody else hears of it, but who
    wrote the post. Never wider than the post's own.

    Raises as ``like`` does, ``own_cotweet`` (409) for a co-author, whose server does so anyway, and
    ``not_boostable`` (422) for what is not public.
    """
    check_at_home(tx, account_id)
    me, post = _reader(tx, account_id), _shown(tx, env, account_id, post_id)
    _not_by_a_co_author(tx, env, post, me)
    if post.visibility not in EVERYBODYS:
        raise ServiceError("not_boostable", 422, "Only public posts can be boosted.")
    now = env.now()
    uri = env.addresses.announce(me.username, env.new_id())
    # Not before the post itself, to the second that the wire keeps: Misskey drops such a boost.
    at = max(now, (post.published_at or 0) // 1_000 * 1_000 + 1_000)
    shown_to = max(visibility, post.visibility, key=BOOSTS.index)
    if receive_boost(tx, env, post, me, uri, now, visibility=shown_to) == "boosted":
        emit(
            tx,
            env,
            "boost.made",
            uri=uri,
            actor_id=me.id,
            post_id=post.id,
            at=at,
            visibility=shown_to,
        )
        if post.local:
            inboxes.keep(tx, env, me, "Announce", uri, post.uri, [post.author_id])


def unboost(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Take a boost back; it is no error if there was none."""
    me, post = _reader(tx, account_id), _seen(tx, account_id, post_id)
    _not_by_a_co_author(tx, env, post, me)
    held = interactions.boost_between(tx, me.id, post.id)
    if held is None:
        return
    drop_boost(tx, env, held, me)
    emit(tx, env, "boost.undone", uri=held.uri, actor_id=me.id, post_id=post.id)


def _reader(tx: Tx, account_id: int) -> Actor:
    me = actors.actor(tx, account_id)
    if me is None:
        raise not_found("account")
    return me


def _seen(tx: Tx, account_id: int, post_id: int) -> Post:
    post = posts.post(tx, post_id)
    if post is None or post.state != "published" or not may_see(tx, post, account_id):
        raise no_such_post(tx, post, account_id)
    return post


def _shown(tx: Tx, env: Env, account_id: int, post_id: int) -> Post:
    """A post that this reader can see now; what they did before, they may always take back."""
    post = _seen(tx, account_id, post_id)
    one_post(tx, env, post, account_id)
    return post


def _not_by_a_co_author(tx: Tx, env: Env, post: Post, me: Actor) -> None:
    authors = timelines.shown_author_ids(post, author_rows(tx, post), env.now())
    if me.id in authors[1:]:
        raise ServiceError(
            "own_cotweet",
            409,
            "You are an author of this post: it reaches your followers by that.",
            "To take it away from them, leave the post.",
        )


def receive(
    tx: Tx,
    env: Env,
    post: Post,
    collection: Collection,
    actor: Actor,
    uri: str,
    *,
    counted: bool = False,
    emoji: str = "",
) -> str:
    """A like or boost that the primary author's server tells of; ``counted``: in what it says that
    it counts."""
    if collection == "likes":
        return receive_like(tx, env, post, actor, uri, counted=counted, emoji=emoji)
    return receive_boost(tx, env, post, actor, uri, env.now(), counted=counted, relayed=True)


def receive_boost(
    tx: Tx,
    env: Env,
    post: Post,
    booster: Actor,
    uri: str,
    published_at: int,
    *,
    counted: bool = False,
    relayed: bool = False,
    visibility: str = "public",
) -> str:
    """An ``Announce``. By a verified co-author it is delivery, never a share (FEP-af48).

    ``relayed``: the post's primary author says so. That counts, and brings the post to nobody: else
    they could push it to anybody's followers.
    """
    if unwelcome(tx, env, post, booster):
        return "kept_away"
    now = env.now()
    rows = author_rows(tx, post)
    delivery = booster.id in timelines.shown_author_ids(post, rows, now)[1:]
    moment = min(published_at, now)
    boost_id = places.free(tx, id_at(moment, env.new_id()))
    if not interactions.add_boost(
        tx,
        id=boost_id,
        uri=uri,
        actor_id=booster.id,
        post_id=post.id,
        published_at=moment,
        delivery=delivery,
        relayed_at=now if relayed else None,
        visibility=visibility,
    ):
        held = interactions.boost_between(tx, booster.id, post.id)
        if held is None or relayed:
            return "repeated"
        if held.relayed_at is not None:
            interactions.boost_came_itself(tx, held, uri, visibility)
        if not held.delivery:
            timelines.bring_boost(tx, post, booster.id, held.id, now)
            streams.boosted(tx, env, post.id, held.id)
        return "repeated"
    if delivery:
        streams.brought(tx, env, post.id, timelines.refresh(tx, post.id, now))
        return "delivered"
    if not counted:
        stored.count_one(tx, post, "shares", 1)
    if visibility in EVERYBODYS:
        relay(tx, env, post, rows, "shares", uri, by=booster)
    if not relayed:
        timelines.bring_boost(tx, post, booster.id, boost_id, now)
        streams.boosted(tx, env, post.id, boost_id)
    tell_authors(
        tx,
        env,
        post,
        rows,
        "boost",
        f"{booster.uri} {post.uri}",
        by=booster,
        post_id=post.id,
        text=say("{who} boosted your post.", who=f"@{booster.username}@{booster.host}"),
    )
    return "boosted"


def receive_unboost(
    tx: Tx, env: Env, booster: Actor, uri: str | None, object_uri: str | None
) -> str:
    """An ``Undo`` of an ``Announce``, named by its id or by what was announced."""
    held = interactions.boost_by_uri(tx, uri) if uri is not None else None
    if held is None and object_uri is not None:
        post = posts.post_by_uri(tx, object_uri)
        held = interactions.boost_between(tx, booster.id, post.id) if post is not None else None
    if held is None or held.actor_id != booster.id:
        return "unknown"
    drop_boost(tx, env, held, booster)
    return "undone"


def drop_boost(tx: Tx, env: Env, held: Boost, booster: Actor) -> None:
    """A boost is taken back, or not wanted: whoever counts it hears of that."""
    streams.unboosted(tx, env, held)
    interactions.remove_boost(tx, held.id)
    post = posts.post(tx, held.post_id)
    if post is not None and not held.delivery:
        stored.count_one(tx, post, "shares", -1)
        if held.visibility in EVERYBODYS:
            relay_removal(tx, env, post, author_rows(tx, post), "shares", held.uri, booster.uri)
    timelines.refresh(tx, held.post_id, env.now())


def receive_like(
    tx: Tx, env: Env, post: Post, liker: Actor, uri: str, *, counted: bool = False, emoji: str = ""
) -> str:
    """A ``Like`` of a post, perhaps with an emoji; every local author hears of it once."""
    if unwelcome(tx, env, post, liker):
        return "kept_away"
    if not interactions.add_like(
        tx,
        id=env.new_id(),
        uri=uri,
        actor_id=liker.id,
        post_id=post.id,
        created_at=env.now(),
        emoji=emoji,
    ):
        return "repeated"
    rows = author_rows(tx, post)
    if not counted:
        stored.count_one(tx, post, "likes", 1)
    relay(tx, env, post, rows, "likes", uri, by=liker)
    tell_authors(
        tx,
        env,
        post,
        rows,
        "like",
        f"{liker.uri} {post.uri}",
        by=liker,
        post_id=post.id,
        text=say(
            "{who} reacted to your post with {emoji}",
            who=f"@{liker.username}@{liker.host}",
            emoji=emoji,
        )
        if emoji
        else say("{who} liked your post.", who=f"@{liker.username}@{liker.host}"),
    )
    return "liked"


def receive_unlike(tx: Tx, env: Env, liker: Actor, uri: str | None, object_uri: str | None) -> str:
    """An ``Undo`` of a ``Like``, named by its id or by what was liked."""
    held = interactions.like_by_uri(tx, uri) if uri is not None else None
    if held is None and object_uri is not None:
        post = posts.post_by_uri(tx, object_uri)
        held = interactions.like_between(tx, liker.id, post.id) if post is not None else None
    if held is None or held.actor_id != liker.id:
        return "unknown"
    drop_like(tx, env, held, liker)
    return "undone"


def drop_like(tx: Tx, env: Env, held: Like, liker: Actor) -> None:
    """The same of a like."""
    interactions.remove_like(tx, held.actor_id, held.post_id)
    post = posts.post(tx, held.post_id)
    if post is not None:
        stored.count_one(tx, post, "likes", -1)
        relay_removal(tx, env, post, author_rows(tx, post), "likes", held.uri, liker.uri)
