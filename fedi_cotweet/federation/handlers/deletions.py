"""``Delete``: of a note, of an actor, or of a stamp, which is how a co-author leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from activitypub.activities.delete import Delete, parse_delete
from activitypub.coauthorship.credits import CREDIT_TYPE
from activitypub.coauthorship.leaving import FetchAgain, StampDeleted, check_delete_stamp
from activitypub.origins import may_delete
from activitypub.quotes.stamps import deleted_quote_stamp
from activitypub.verdicts import Refused
from activitypub.vocab.reading import same_origin, types
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.handlers.passing_on import forward
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import (
    crediting,
    departing,
    discussion,
    leaving,
    message_answers,
    quotes,
    removals,
)
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.models import PostAuthor
from storage.queries import actors, consents, post_authors
from storage.queries import crediting as stored_credits
from storage.queries import posts as post_queries


def _issuer(rows: Sequence[PostAuthor], sender: str) -> str | None:
    """Whose stamp it is, as far as we know: others may have put it on posts of theirs."""
    if any(row.actor_uri == sender for row in rows):
        return sender
    return rows[0].actor_uri if rows else None


async def delete(context: Context, incoming: Incoming) -> str:
    """Forget what its owner deleted."""
    activity = parse_delete(incoming.document)
    return await context.once(incoming, lambda tx: _delete(tx, context, incoming, activity))


def _delete(tx: Tx, context: Context, incoming: Incoming, activity: Delete) -> str:
    env = context.env
    if activity.deletes_actor:
        departing.gone(tx, env, incoming.actor)
        context.directory.forget(incoming.actor.uri)
        return "actor_gone"
    deleted = incoming.document.get("object")
    if isinstance(deleted, Mapping) and CREDIT_TYPE in types(deleted):
        return _delete_credit(tx, context, incoming, activity.object_id)
    text = incoming.text if incoming.proven else ""
    quote = quotes.receive_revocation(tx, env, activity.object_id, incoming.actor, text)
    if quote is not None:
        return quote
    if deleted_quote_stamp(incoming.document) is not None:
        return "unknown_object"
    rows = post_authors.authors_with_stamp(tx, activity.object_id)
    stamp = check_delete_stamp(
        incoming.document,
        proven_by=incoming.actor.uri if incoming.proven else None,
        known_issuer=_issuer(rows, incoming.actor.uri),
    )
    match stamp:
        case StampDeleted(stamp_uri, _):
            return leaving.receive_stamp_deletion(tx, env, stamp_uri, incoming.actor, incoming.text)
        case FetchAgain():
            for row in rows:
                later(tx, env, "verify_post", str(row.post_id), post_id=row.post_id)
            return "look_again"
        case Refused():
            pass
    if discussion.receive_deletion(tx, env, activity.object_id, incoming.actor):
        return "comment_deleted"
    held = post_queries.post_by_uri(tx, activity.object_id)
    owner = actors.actor(tx, held.author_id) if held is not None else None
    refused = may_delete(incoming.actor.uri, activity.object_id, owner.uri if owner else None)
    if refused is not None:
        return refused.code
    fallen = message_answers.deleted(tx, env, incoming.actor, activity.object_id)
    if fallen is not None and held is None:
        return fallen
    outcome = removals.receive_delete(tx, env, activity.object_id, incoming.actor, text)
    if outcome == "deleted":
        forward(tx, context, incoming, held)
    return outcome


def _delete_credit(tx: Tx, context: Context, incoming: Incoming, stamp_uri: str) -> str:
    """An artist takes their name off. Without their proof we only look at the stamp again."""
    if not same_origin(stamp_uri, incoming.actor.uri):
        return "other_origin"
    if incoming.proven:
        consents.remember_deleted_stamp(tx, stamp_uri, incoming.actor.uri, context.env.now())
        crediting.revoke(tx, context.env, stamp_uri, incoming.actor)
        return "credit_revoked"
    for row in stored_credits.with_stamp(tx, stamp_uri):
        later(tx, context.env, "check_credits", str(row.post_id), post_id=row.post_id)
    return "look_again"
