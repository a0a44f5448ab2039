"""What authors say and propose to each other about a co-tweet (FEP-af48)."""

from __future__ import annotations

from activitypub.activities.create import Create
from activitypub.activities.remove import parse_remove
from activitypub.coauthorship.discussion import Comment, is_private, read_comment
from activitypub.coauthorship.proposals import read_proposal
from activitypub.verdicts import Refused
from activitypub.vocab.reading import ids, parse_strict_json
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import circles, discussion, proposals
from storage.engine import Tx

MOST_ANSWERED = 10


async def remark(context: Context, incoming: Incoming, activity: Create) -> str | None:
    """A private note that answers a draft: a remark on it, or nothing at all; never a post.

    None for every other note. Whoever sends it learns from nothing whether there is a draft.
    """
    note, env, sender = activity.object, context.env, incoming.actor
    if note is None or not is_private(note):
        return None
    read = read_comment(incoming.document, note)
    about = ids(note.get("inReplyTo"))[:MOST_ANSWERED]

    def is_remark(tx: Tx) -> bool:
        return any(discussion.concerns_draft(tx, uri) for uri in about) or (
            isinstance(read, Comment) and bool(discussion.readers(tx, env, read, sender))
        )

    if not about or not await context.runtime.store.read(is_remark):
        return None
    if isinstance(read, Refused):
        return read.code
    return await context.once(
        incoming, lambda tx: discussion.receive_comment(tx, env, read, sender)
    )


async def remove(context: Context, incoming: Incoming) -> str:
    """The primary author says who takes no part in a draft any more; other things are theirs."""
    activity = parse_remove(incoming.document)

    def transaction(tx: Tx) -> str:
        if activity.target is None:
            return "unknown_object"
        news = circles.part(tx, activity.target, activity.object_id, incoming.actor.id)
        return "parted" if news else "unknown_object"

    return await context.once(incoming, transaction)


async def proposal(context: Context, incoming: Incoming) -> str:
    """Another text that a co-author proposes, or their wish that a post be deleted."""
    # One document, one meaning: what the primary author is shown is what they would take over.
    read = read_proposal(parse_strict_json(incoming.text), signer=incoming.actor.uri)
    if isinstance(read, Refused):
        return read.code
    return await context.once(
        incoming,
        lambda tx: proposals.receive_proposal(tx, context.env, read, incoming.actor),
    )
