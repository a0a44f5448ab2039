"""``Add`` and ``Remove``: a co-tweet's primary author tells what others did with it."""

from __future__ import annotations

from activitypub.activities.collecting import Collecting, parse_collecting
from activitypub.activities.envelope import Target
from activitypub.activities.like import one_emoji, parse_like
from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_id, same_origin, types
from fedi_cotweet.federation.handlers import discussion, pins
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import reactions, relays
from fedi_cotweet.services.events import later
from fedi_cotweet.services.relays import Collection
from storage.engine import Tx
from storage.models import Post
from storage.queries import actors, posts

TYPES = {"likes": frozenset({"Like", "EmojiReact"}), "shares": frozenset({"Announce"})}


async def collect(context: Context, incoming: Incoming) -> str:
    """Take what the primary author's server says of likes, boosts and replies of a co-tweet.

    It owns the collections, so it is believed about who liked and boosted; about people of this
    server nobody else is believed, and a reply is fetched from its own origin.
    """
    if pins.is_about_pins(incoming):
        return await pins.pin(context, incoming)
    activity = parse_collecting(incoming.document)
    env = context.env

    def transaction(tx: Tx) -> str:
        found = relays.find_collection(tx, env, incoming.actor, activity.target_id)
        if isinstance(found, str):
            return found
        post, collection = found
        for item in activity.items:
            _item(tx, context, post, collection, item, activity)
        said_at = activity.published_at or incoming.received_at
        relays.note_total(tx, post.id, collection, activity.total, said_at)
        return "uncollected" if activity.removed else "collected"

    return await context.once(incoming, transaction)


async def remove(context: Context, incoming: Incoming) -> str:
    """Taken out of such a collection; of a draft, which is another matter."""
    if pins.is_about_pins(incoming):
        return await pins.pin(context, incoming)
    target, env = as_id(incoming.document.get("target")), context.env
    found = await context.runtime.store.read(
        lambda tx: relays.find_collection(tx, env, incoming.actor, target or "")
    )
    if found == "unknown_object":
        return await discussion.remove(context, incoming)
    return await collect(context, incoming)


def _item(
    tx: Tx,
    context: Context,
    post: Post,
    collection: Collection,
    item: Target,
    activity: Collecting,
) -> None:
    if collection == "replies":
        if not activity.removed:
            counted_by = post.uri if activity.total is not None else None
            _reply(tx, context, post, item.id, counted_by)
        return
    actor_uri = doer(item, post, collection)
    if actor_uri is None or context.runtime.is_own(actor_uri):
        return
    actor = actors.actor_by_uri(tx, actor_uri)
    env = context.env
    emoji = reaction_of(item) if collection == "likes" else ""
    if activity.removed:
        if actor is not None and collection == "likes":
            # By post and never by id: that may be of something done to a post of others.
            reactions.receive_unlike(tx, env, actor, None, post.uri)
        elif actor is not None:
            reactions.receive_unboost(tx, env, actor, None, post.uri)
    elif actor is None:
        if context.budgets.strangers.spend(str(post.author_id), env.now()):
            later(
                tx,
                env,
                "take_reaction",
                item.id,
                post_id=post.id,
                collection=collection,
                uri=item.id,
                actor=actor_uri,
                counted=activity.total is not None,
                emoji=emoji,
            )
    elif actor.suspended_at is None:
        reactions.receive(tx, env, post, collection, actor, item.id, emoji=emoji)


def doer(item: Target, post: Post, collection: Collection) -> str | None:
    """Who liked or boosted, if the embedded activity can be what it is said to be."""
    document = item.document
    if document is None or TYPES[collection].isdisjoint(types(document)):
        return None
    actor_uri = as_id(document.get("actor"))
    if actor_uri is None or as_id(document.get("object")) != post.uri:
        return None
    return actor_uri if same_origin(item.id, actor_uri) else None


def reaction_of(item: Target) -> str:
    """The emoji of an embedded like, ``""`` for a plain one."""
    try:
        return one_emoji(parse_like(item.document or {}).content)
    except DocumentError:
        return ""


def _reply(tx: Tx, context: Context, post: Post, uri: str, counted_by: str | None) -> None:
    if context.runtime.is_own(uri) or posts.post_by_uri(tx, uri) is not None:
        return
    if context.budgets.strangers.spend(str(post.author_id), context.env.now()):
        later(tx, context.env, "fetch_note", uri, uri=uri, counted_by=counted_by)
