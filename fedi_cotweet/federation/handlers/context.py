"""What every handler gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from activitypub.vocab.reading import as_id, ids
from fedi_cotweet.federation.budgets import Budgets
from fedi_cotweet.federation.directory import Directory
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.federation.push_lanes import PushLanes
from fedi_cotweet.federation.remote_files import RemoteFiles
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.services import inboxes
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import brought_by
from storage.engine import Tx
from storage.queries import actors, consents, deliveries

T = TypeVar("T")

MOST_NAMED: Final = 100
"""Addressees of each kind who are looked for."""


@dataclass(frozen=True, slots=True)
class Context:
    """The runtime, the directory of actors, copies of files, and what others may make us do."""

    runtime: Runtime
    directory: Directory
    files: RemoteFiles
    budgets: Budgets = field(default_factory=Budgets)
    pushes: PushLanes = field(default_factory=PushLanes)

    @property
    def env(self) -> Env:
        """Clock, ids, addresses."""
        return self.runtime.env

    async def once(self, incoming: Incoming, fn: Callable[[Tx], str]) -> str:
        """Run ``fn`` unless this activity was received before, in the transaction that notes it.

        So an activity takes effect exactly once, however often and through whomever it comes.
        """

        def transaction(tx: Tx) -> str:
            new = consents.receive_once(
                tx,
                incoming.envelope.id,
                incoming.actor.uri,
                incoming.envelope.type,
                incoming.received_at,
            )
            if incoming.how != "local":
                # Whoever can send can be reached again: what waits for their server is due.
                deliveries.reset_host(tx, incoming.signer.host, incoming.received_at)
            if not new:
                return "repeated"
            outcome = fn(tx)
            if outcome in OF_EFFECT:
                noted(tx, self.env, incoming)
            return outcome

        return await self.runtime.write(brought_by(incoming.key_id, transaction))


OF_EFFECT: Final = frozenset(
    {
        *("accepted", "asked", "boosted", "commented", "created", "declined", "deleted"),
        *("delivered", "edited", "follow_accepted", "follow_rejected", "followed", "invited"),
        *("left", "liked", "parted", "proposal_applied", "proposal_declined"),
        *("proposal_withdrawn", "proposed", "quote_accepted", "quote_pending", "quote_rejected"),
        *("quote_revoked", "quote_to_verify", "revoked", "to_fetch", "undone", "unboosted"),
        *("unfollowed", "unliked", "updated", "verifying", "withdrawn"),
    }
)
"""Outcomes after which an activity stands in the inboxes of whom it is for. What was refused, or is
the business of servers, stands in none; nor does a block, of which nobody is told, nor a vote."""


def noted(tx: Tx, env: Env, incoming: Incoming) -> None:
    """Note an activity in the inboxes of the people here to whom it was sent, or whom it names."""
    readers = [] if incoming.recipient_id is None else [incoming.recipient_id]
    document = incoming.document
    own = env.addresses.actor("")
    named = [
        uri
        for member in ("to", "cc", "bto", "bcc", "audience", "object")
        for uri in ids(document.get(member))[:MOST_NAMED]
        if uri.startswith(own)
    ]
    if named:
        readers += [one.id for one in actors.actors_by_uri(tx, named).values() if one.local]
    if readers:
        about = as_id(document.get("object"))
        kind, uri = incoming.envelope.type, incoming.envelope.id
        inboxes.keep(tx, env, incoming.actor, kind, uri, about, readers)
