"""The ``Collection-Synchronization`` header, sent and received (FEP-8fcf)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from activitypub.followers_digest import HEADER, Synchronisation, build_header, parse_header
from activitypub.signatures.request import is_covered
from activitypub.verdicts import Refused
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.services import synchronising
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.queries import actors
from storage.queries.deliveries import DeliveryRow

KINDS: Final = frozenset({"Create", "Update"})
KEPT: Final = 10_000
FRESH_FOR: Final = MINUTE


@dataclass(slots=True)
class Headers:
    """What our deliveries say of followers, kept for a minute: most go out many at a time."""

    runtime: Runtime
    _made: OrderedDict[tuple[int, str], tuple[int, str | None]] = field(default_factory=OrderedDict)

    async def of(self, row: DeliveryRow) -> dict[str, str]:
        """The header of a delivery; none unless it is by its signer and to their followers."""
        if row.kind not in KINDS or '/followers"' not in row.body:
            return {}
        at, value = self._made.get((row.signer_id, row.inbox), (0, None))
        now = self.runtime.env.now()
        if at <= now - FRESH_FOR:
            value = await self._make(row)
            self._made[row.signer_id, row.inbox] = now, value
            self._made.move_to_end((row.signer_id, row.inbox))
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        if value is None or value.partition(", ")[0].partition("=")[2] not in row.body:
            return {}
        return {HEADER: value}

    async def _make(self, row: DeliveryRow) -> str | None:
        def query(tx: Tx) -> Synchronisation | None:
            me = actors.actor(tx, row.signer_id)
            if me is None:
                return None
            return synchronising.synchronisation(tx, me, row.inbox, row.host)

        found = await self.runtime.store.read(query)
        return None if found is None else build_header(found)


async def compare(context: Context, incoming: Incoming) -> None:
    """Look at the followers that a delivery speaks of; if they differ, ask for them later.

    Only a signed header of the actor itself counts, about its own collection on its own server.
    """
    request = incoming.request
    lines = () if request is None else request.headers.get(HEADER.lower(), ())
    if request is None or len(lines) != 1 or incoming.how != "http":
        return
    said = parse_header(lines[0])
    if isinstance(said, Refused) or not is_covered(request, HEADER.lower()):
        return
    sender, env = incoming.actor, context.env
    if await context.runtime.store.read(lambda tx: synchronising.agrees(tx, sender, said)):
        return
    if not context.budgets.followers.spend(sender.uri, env.now()):
        return
    url = said.url
    await context.runtime.write(
        lambda tx: later(tx, env, "synchronise", sender.uri, actor_id=sender.id, url=url)
    )
