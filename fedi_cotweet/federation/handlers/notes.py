"""``Create`` and ``Update``."""

from __future__ import annotations

from activitypub.activities.create import Create, parse_create
from activitypub.activities.update import parse_update
from activitypub.documents.kinds import post_kind
from activitypub.documents.note import parse_note
from activitypub.documents.polls import read_vote
from activitypub.origins import may_create, may_update, owns
from activitypub.verdicts import Refused
from activitypub.vocab.reading import parse_strict_json, types
from activitypub.vocab.terms import ACTOR_TYPES, Doc
from fedi_cotweet.federation.arrivals import SMALL, read_arrival, read_arrival_aside
from fedi_cotweet.federation.handlers import embedded, messages
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.handlers.discussion import remark
from fedi_cotweet.federation.handlers.passing_on import forward
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import arrivals, polls, removals, standing
from fedi_cotweet.services.events import emit, later
from fedi_cotweet.services.subscribing import is_relay
from fedi_cotweet.services.verification import guard
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, consents, follows, inboxes
from storage.queries import posts as post_queries


async def create(context: Context, incoming: Incoming) -> str:
    """A new object; one that came without its content is fetched from its origin."""
    incoming = embedded.attributed(embedded.one(incoming))
    named = embedded.anonymous(incoming)
    if named is not None:
        refused = may_create(named.actor.uri, named.document["object"])
        return refused.code if refused else await _arrive(context, named, update=False)
    activity = parse_create(incoming.document)
    if activity.object is None:
        return await _created_by_id(context, incoming, activity)
    refused = may_create(incoming.actor.uri, activity.object)
    if refused is not None:
        return refused.code
    if embedded.is_tombstone(activity.object):
        return await _never_seen(context, incoming, activity.object)
    vote = read_vote(activity.object)
    if vote is not None and not context.runtime.is_own(vote.question):
        return "no_poll"
    if vote is not None:
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
    incoming = embedded.one(incoming)
    activity = parse_update(incoming.document)
    made = activity.object
    if activity.object_id == incoming.actor.uri or (
        made is not None and not ACTOR_TYPES.isdisjoint(types(made))
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
    if made is None:
        return await _updated_by_id(context, incoming, activity.object_id)
    refused = may_update(incoming.actor.uri, made) or may_create(incoming.actor.uri, made)
    if refused is not None:
        return refused.code
    edited = await messages.edited(context, incoming, made)
    return edited or await _arrive(context, incoming, update=True)


def _is_asked(tx: Tx, incoming: Incoming, update: bool) -> bool:
    """Whether somebody here asked for it, by an inbox of their own or the operator by a relay."""
    relayed = incoming.signer.id != incoming.actor.id and is_relay(tx, incoming.signer)
    return not update and (incoming.recipient_id is not None or relayed)


async def _refused_unread(
    context: Context, incoming: Incoming, document: Doc, update: bool
) -> str | None:
    """Why not to look at a long text at all: that costs more than to ask whether anybody cares."""
    if len(incoming.text) <= SMALL:
        return None
    note = parse_note(document)
    return await context.runtime.store.read(
        lambda tx: arrivals.refused_unread(
            tx,
            context.env,
            note,
            incoming.actor,
            asked=_is_asked(tx, incoming, update),
            recipient_id=None if update else incoming.recipient_id,
        )
    )


async def _arrive(context: Context, incoming: Incoming, *, update: bool) -> str:
    document = incoming.document
    made = document["object"]
    if post_kind(made) is None:
        return "not_a_post"
    if made.get("coAuthors"):
        document = parse_strict_json(incoming.text)
        made = document["object"]
    unread = await _refused_unread(context, incoming, made, update)
    if unread is not None:
        return await context.once(incoming, lambda tx: unread)
    arrival = await read_arrival_aside(
        made,
        incoming.actor,
        size=len(incoming.text),
        context=document.get("@context"),
        carrier=incoming.text if incoming.proven else None,
    )
    if isinstance(arrival, Refused):
        return arrival.code
    env = context.env

    def transaction(tx: Tx) -> str:
        asked = _is_asked(tx, incoming, update)
        # A narrow post is its reader's business only if it is for them: their inbox says it is.
        post_id, outcome = arrivals.store_arrival(
            tx,
            env,
            arrival,
            update=update,
            asked=asked,
            recipient_id=None if update else incoming.recipient_id,
        )
        if post_id is None:
            return outcome
        if outcome == "created" and not update:
            inboxes.note_create(tx, post_id, incoming.envelope.id)
        if outcome in ("created", "updated", "same"):
            standing.no_longer_named(tx, env, arrival.note.id, arrival.note.co_authors)
            if outcome != "same":
                forward(tx, context, incoming, post_queries.post(tx, post_id))
            if update and incoming.proven and consents.live_stamps(tx, arrival.note.id):
                emit(tx, env, "cotweet.update_carried", post_id=post_id, text=incoming.text)
        return outcome

    return await context.once(incoming, transaction)


async def _never_seen(context: Context, incoming: Incoming, tombstone: Doc) -> str:
    """A post that its author says is gone already: its place is kept, and stays empty."""
    kept = ("id", "attributedTo", "to", "cc", "published")
    bare = {name: tombstone[name] for name in kept if name in tombstone}
    arrival = read_arrival({**bare, "type": "Note"}, incoming.actor)
    if isinstance(arrival, Refused):
        return arrival.code

    def transaction(tx: Tx) -> str:
        asked = _is_asked(tx, incoming, False)
        return removals.receive_tombstone(
            tx, context.env, arrival, asked=asked, recipient_id=incoming.recipient_id
        )

    return await context.once(incoming, transaction)


async def _created_by_id(context: Context, incoming: Incoming, activity: Create) -> str:
    """Fetched only if it might be stored, which is judged anew by what comes."""
    refused = owns(incoming.actor.uri, activity.object_id)
    if refused is not None:
        return refused.code

    def transaction(tx: Tx) -> str:
        relayed = incoming.signer.id != incoming.actor.id and is_relay(tx, incoming.signer)
        asked = incoming.recipient_id is not None or relayed
        if not (asked or _concerns(tx, incoming.actor, activity)):
            return "not_relevant"
        return _fetch(tx, context, incoming, activity.object_id, asked=asked)

    return await context.once(incoming, transaction)


def _concerns(tx: Tx, author: Actor, activity: Create) -> bool:
    """Whether somebody here follows the author, is addressed, or agreed to be named on it."""
    if follows.is_followed_here(tx, [author.id]):
        return True
    people = actors.actors_by_uri(tx, [*activity.to, *activity.cc]).values()
    return any(actor.local for actor in people) or bool(
        consents.offers_for_object(tx, activity.object_id, "received")
    )


async def _updated_by_id(context: Context, incoming: Incoming, uri: str) -> str:
    """Of what its author wrote and is held here, and of nothing else."""
    refused = owns(incoming.actor.uri, uri)
    if refused is not None:
        return refused.code

    def transaction(tx: Tx) -> str:
        post = post_queries.post_by_uri(tx, uri)
        if post is None or post.local or post.state != "published":
            return "unknown_object"
        if post.author_id != incoming.actor.id:
            return "other_author"
        return _fetch(tx, context, incoming, uri, asked=False)

    return await context.once(incoming, transaction)


def _fetch(tx: Tx, context: Context, incoming: Incoming, uri: str, *, asked: bool) -> str:
    budgets, sender = context.budgets, incoming.signer
    followed = follows.is_followed_here(tx, [incoming.actor.id])
    budget = budgets.ids_of_followed if followed else budgets.ids
    if not budget.spend(sender.host, context.env.now()):
        return "too_many"
    told = {"by": incoming.actor.uri, "asked": asked, "recipient_id": incoming.recipient_id}
    # Under a key of its own: what somebody here asks for is another matter.
    later(tx, context.env, "fetch_note", f"{uri} {incoming.envelope.id}", uri=uri, told=told)
    return "to_fetch"
