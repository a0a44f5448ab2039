"""What reached a co-author's server but was not sent to the primary author's."""

from __future__ import annotations

from typing import Literal

from activitypub.vocab.reading import ids
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import forwarding, relays
from storage.engine import Tx
from storage.models import Post
from storage.queries import actors


def verifiable(incoming: Incoming) -> bool:
    """Whether an activity that its actor sent us can be believed by others without us."""
    return incoming.how == "http" and (incoming.proven or "signature" in incoming.document)


def forward(tx: Tx, context: Context, incoming: Incoming, reply: Post | None) -> None:
    """Inbox forwarding: an answer to a post of ours, or news of one, goes to who follows it."""
    if reply is not None and verifiable(incoming):
        envelope = incoming.envelope
        forwarding.forward(
            tx, context.env, reply, incoming.actor, envelope.type, envelope.id, incoming.text
        )


def pass_on(
    tx: Tx, context: Context, incoming: Incoming, post: Post, kind: Literal["Like", "Announce"]
) -> None:
    """Send it on if it carries its actor's proof or signature, and the primary author was not sent
    it. Without one nobody could believe it, so it counts here alone until that server is asked.
    """
    document = incoming.document
    if post.local or not (incoming.proven or "signature" in document):
        return
    primary = actors.actor(tx, post.author_id)
    addressed = (*ids(document.get("to")), *ids(document.get("cc")))
    if primary is not None and primary.uri not in addressed:
        relays.pass_on(
            tx, context.env, post, incoming.actor, kind, incoming.envelope.id, incoming.text
        )
