"""``Announce``: a boost, a co-author's delivery, or what a group passes on to its members."""

from __future__ import annotations

from typing import Final

from activitypub.activities.announce import Announce, parse_announce
from activitypub.vocab.reading import as_id, origin, types
from activitypub.vocab.terms import Doc
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.handlers.passing_on import pass_on
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import reactions
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.events import later
from fedi_cotweet.services.subscribing import is_relay
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import follows
from storage.queries import posts as post_queries

PUBLISHED: Final = frozenset({"Create", "Update", "Delete"})


async def announce(context: Context, incoming: Incoming) -> str:
    """A boost, or the delivery of a co-tweet to a co-author's followers.

    A group (Lemmy and its kin, FEP-1b12) announces whole activities of its members.
    """
    activity = parse_announce(incoming.document)
    inner = activity.object
    if inner is not None and "actor" in inner and "object" in inner:
        return await context.once(
            incoming, lambda tx: _passed_on(tx, context, incoming, activity, inner)
        )
    return await context.once(incoming, lambda tx: _boost(tx, context, incoming, activity))


def _boost(tx: Tx, context: Context, incoming: Incoming, activity: Announce) -> str:
    env, actor = context.env, incoming.actor
    published_at = activity.published_at or incoming.received_at
    post = post_queries.post_by_uri(tx, activity.object_id)
    if is_relay(tx, actor):
        return _relayed(tx, context, actor, activity.object_id, post)
    if post is not None and post.state == "published":
        if post.visibility not in EVERYBODYS:
            return "not_public"
        outcome = reactions.receive_boost(
            tx, env, post, actor, activity.id, published_at, visibility=activity.visibility
        )
        if outcome == "boosted" and activity.visibility in EVERYBODYS:
            pass_on(tx, context, incoming, post, "Announce")
        return outcome
    if post is not None or context.runtime.is_own(activity.object_id):
        return "unknown_object"
    if not follows.is_followed_here(tx, [actor.id]):
        return "not_relevant"
    _fetch(tx, context, incoming, activity, activity.object_id)
    return "to_fetch"


def _relayed(tx: Tx, context: Context, relay: Actor, uri: str, post: Post | None) -> str:
    """A relay says that there is a post. It brings it to nobody: this is no boost."""
    if post is not None or context.runtime.is_own(uri):
        return "known"
    if not context.budgets.relays.spend(relay.host, context.env.now()):
        return "too_many"
    later(tx, context.env, "fetch_note", uri, uri=uri)
    return "to_fetch"


def _passed_on(tx: Tx, context: Context, incoming: Incoming, activity: Announce, inner: Doc) -> str:
    """What a group says that a member did. The group proves nothing of it, and none of it is
    believed: the object is asked of its origin, where the member's own server says what it is.

    A new post comes as the group's boost, an answer as an answer, and no more often than
    ``Budgets.strangers`` allows. Votes and moderation are the group's own.
    """
    target = inner.get("object")
    uri = as_id(target)
    if PUBLISHED.isdisjoint(types(inner)) or uri is None or origin(uri) is None:
        return "group_business"
    if not follows.is_followed_here(tx, [incoming.actor.id]):
        return "not_relevant"
    known = post_queries.post_by_uri(tx, uri)
    if context.runtime.is_own(uri) or (known is not None and known.state != "published"):
        return "unknown_object"
    answered = as_id(target.get("inReplyTo")) if isinstance(target, dict) else None
    if known is None and "Create" not in types(inner):
        return "unknown_object"
    if known is None and answered and post_queries.post_by_uri(tx, answered) is None:
        return "not_relevant"
    if not context.budgets.strangers.spend(str(incoming.actor.id), context.env.now()):
        return "too_many"
    if known is None and not answered:
        _fetch(tx, context, incoming, activity, uri)
    else:
        later(tx, context.env, "fetch_note", uri, uri=uri)
    return "to_fetch"


def _fetch(tx: Tx, context: Context, incoming: Incoming, activity: Announce, uri: str) -> None:
    later(
        tx,
        context.env,
        "fetch_note",
        f"{uri} {activity.id}",
        uri=uri,
        announce={
            "id": activity.id,
            "actor": incoming.actor.uri,
            "published_at": activity.published_at or incoming.received_at,
            "visibility": activity.visibility,
        },
    )
