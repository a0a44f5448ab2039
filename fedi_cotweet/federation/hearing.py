"""A server that asks us for something is there: what waits for it is delivered, and it is suspended
no more.

Handlers do this for the activities they take (``Context.once``). Here it is done for every other
request that somebody from there has signed, such as a fetch.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from activitypub.signatures.request import SignedRequest
from activitypub.verdicts import Refused
from activitypub.vocab.reading import host_of
from fedi_cotweet.federation.directory import Directory
from fedi_cotweet.federation.incoming import check_request, claimed_host
from fedi_cotweet.federation.key_fetches import Caller
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.services.events import notice
from storage.engine import Tx
from storage.models import Actor
from storage.queries import deliveries

AT_ONCE = 8
"""Signatures are checked for this beside everything else, and the key may have to be fetched."""


async def heard_from(runtime: Runtime, actor: Actor) -> None:
    """A request of this actor was authentic."""
    if actor.local or host_of(actor.uri) not in runtime.away:
        return
    now = runtime.env.now()

    def transaction(tx: Tx) -> None:
        if deliveries.reset_host(tx, actor.host, now):
            notice("deliveries")

    await runtime.write(transaction)
    runtime.away.discard(actor.host)


@dataclass(slots=True)
class Hearing:
    """Looks, without making anybody wait, whether requests come from servers that were away."""

    runtime: Runtime
    directory: Directory
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def listen(self, request: SignedRequest, caller: Caller) -> None:
        """A signed request came in; nobody has checked its signature yet."""
        if not self.runtime.away:
            return
        host = claimed_host(self.runtime, request)
        if host is None or host not in self.runtime.away:
            return
        if host not in self._tasks and len(self._tasks) < AT_ONCE:
            self._tasks[host] = asyncio.create_task(self._check(host, request, caller))

    async def _check(self, host: str, request: SignedRequest, caller: Caller) -> None:
        try:
            found = await check_request(self.runtime, self.directory, request, caller)
            if isinstance(found, Actor):
                await heard_from(self.runtime, found)
            elif isinstance(found, Refused):
                log.info("not_heard_from", host=host, code=found.code)
        except Exception:  # nobody waits for it, and the next request is as good
            log.exception("hearing_failed", host=host)
        finally:
            self._tasks.pop(host, None)

    async def stop(self) -> None:
        """Before the store closes."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
