"""``Create``, ``Update`` and ``Announce``."""

from __future__ import annotations

from activitypub.activities.announce import parse_announce
from activitypub.activities.create import parse_create
from activitypub.activities.update import parse_update
from activitypub.documents.polls import read_vote
from activitypub.origins import may_create, may_update
from activitypub.verdicts import Refused
from activitypub.vocab.reading import parse_strict_json, types
from activitypub.vocab.terms import ACTOR_TYPES
from fedi_cotweet.federation.arrivals import read_arrival
from fedi_cotweet.federation.handlers import messages
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.handlers.discussion import remark
from fedi_cotweet.federation.handlers.passing_on import forward, pass_on
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import arrivals, polls, reactions, standing
from fedi_cotweet.services.events import emit, later
from fedi_cotweet.services.verification import guard
from storage.engine import Tx
from storage.queries import consents, follows
from storage.queries import posts as post_queries


async def create(context: Context, incoming: Incoming) -> str:
    """A new object; one that came without its content is fetched from its origin."""
    activity = parse_create(incoming.document)
    if activity.object is None:
        return await _fetch_later(context, incoming, activity.object_id)
    refused = may_create(incoming.actor.uri, activity.object)
    if refused is not None:
        return refused.code
    vote = read_vote(activity.object)
    if vote is not None and context.runtime.is_own(vote.question):
        return await context.once(
            incoming, lambda tx: polls.receive_vote(tx, context.env, vote, incoming.actor)
        )
    answered = await messages.answered(context, incoming, activity.object)
    if answered is not None:
        return answered
    said = await remark(context, incoming, activity)
    return said if said is not None else await _arrive(context, incoming, update=False)


async def update(context: Context, incoming: Incoming) -> str:
    """A new version of an object or of an actor.

    A co-author's server looks at the newest version after every Update (FEP-af48, Publication).
    """
    activity = parse_update(incoming.document)
    embedded = activity.object
    if activity.object_id == incoming.actor.uri or (
        embedded is not None and not ACTOR_TYPES.isdisjoint(types(embedded))
    ):
        if activity.object_id != incoming.actor.uri:
            return "not_the_actor"
        context.directory.forget(incoming.actor.uri)
        uri = incoming.actor.uri

        def refetch(tx: Tx) -> str:
            later(tx, context.env, "fetch_actor", uri, uri=uri, refresh=True)
            return "actor_to_fetch"

        return await context.once(incoming, refetch)
    # Whatever the Update looks like: its sender may hope that this server cannot read it.
    told_by = incoming.actor.id
    await context.runtime.write(
        lambda tx: guard(tx, context.env, activity.object_id, told_by=told_by)
    )
    if embedded is None:
        return await _fetch_later(context, incoming, activity.object_id)
    refused = may_update(incoming.actor.uri, embedded) or may_create(incoming.actor.uri, embedded)
    if refused is not None:
        return refused.code
    edited = await messages.edited(context, incoming, embedded)
    return edited or await _arrive(context, incoming, update=True)


async def _arrive(context: Context, incoming: Incoming, *, update: bool) -> str:
    document = incoming.document
    embedded = document["object"]
    if isinstance(embedded, dict) and embedded.get("coAuthors"):
        document = parse_strict_json(incoming.text)
        embedded = document["object"]
    arrival = read_arrival(
        embedded,
        incoming.actor,
        context=document.get("@context"),
        carrier=incoming.text if incoming.proven else None,
    )
    if isinstance(arrival, Refused):
        return arrival.code
    env = context.env

    def transaction(tx: Tx) -> str:
        asked = not update and incoming.recipient_id is not None
        post_id, outcome = arrivals.store_arrival(tx, env, arrival, update=update, asked=asked)
        if post_id is None:
            return outcome
        if outcome in ("created", "updated", "same"):
            standing.no_longer_named(tx, env, arrival.note.id, arrival.note.co_authors)
            if outcome != "same":
                forward(tx, context, incoming, post_queries.post(tx, post_id))
            if update and incoming.proven and consents.live_stamps(tx, arrival.note.id):
                emit(tx, env, "cotweet.update_carried", post_id=post_id, text=incoming.text)
        return outcome

    return await context.once(incoming, transaction)


async def _fetch_later(context: Context, incoming: Incoming, uri: str) -> str:
    def transaction(tx: Tx) -> str:
        later(tx, context.env, "fetch_note", uri, uri=uri)
        return "to_fetch"

    return await context.once(incoming, transaction)


async def announce(context: Context, incoming: Incoming) -> str:
    """A boost, or the delivery of a co-tweet to a co-author's followers."""
    activity = parse_announce(incoming.document)
    env, actor = context.env, incoming.actor
    published_at = activity.published_at or incoming.received_at

    def transaction(tx: Tx) -> str:
        post = post_queries.post_by_uri(tx, activity.object_id)
        if post is not None and post.state == "published":
            if post.visibility not in ("public", "unlisted"):
                return "not_public"
            outcome = reactions.receive_boost(tx, env, post, actor, activity.id, published_at)
            if outcome == "boosted":
                pass_on(tx, context, incoming, post, "Announce")
            return outcome
        if post is not None or context.runtime.is_own(activity.object_id):
            return "unknown_object"
        if not follows.is_followed_here(tx, [actor.id]):
            return "not_relevant"
        later(
            tx,
            env,
            "fetch_note",
            f"{activity.object_id} {activity.id}",
            uri=activity.object_id,
            announce={"id": activity.id, "actor": actor.uri, "published_at": published_at},
        )
        return "to_fetch"

    return await context.once(incoming, transaction)
