"""Deliveries: checked and kept before they are answered, processed afterwards.

``202`` means kept on the disk, not shown: as with Mastodon, what the rules refuse later was
answered with 202 as well. A server that is killed in between goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from activitypub.activities import peek
from activitypub.errors import ActivityPubError
from activitypub.signatures.keys import load_public
from activitypub.signatures.request import SignatureClaim, SignedRequest
from activitypub.signatures.verify import check_signature, find_signature
from activitypub.verdicts import Fetched, Need, Refused
from activitypub.vocab.reading import host_of, parse_json
from demo.plain_server import records, rules
from demo.plain_server.network import Network
from demo.plain_server.records import Actor, Delivery
from demo.plain_server.store import Store

log = logging.getLogger(__name__)

ATTEMPTS = 8
ROUNDS = 4


class Inbox:
    """Takes deliveries (``receive``) and processes them one after the other (``work``)."""

    def __init__(
        self,
        base: str,
        people: tuple[str, ...],
        store: Store,
        network: Network,
        clock: Callable[[], int],
        pause: int = 1000,
    ) -> None:
        """``pause`` is how long to wait, in ms, before a server is tried again."""
        self._base, self._people, self._store, self._network = base, people, store, network
        self._clock, self._pause = clock, pause
        self._arrived = asyncio.Event()

    async def receive(self, request: SignedRequest, personal: str | None) -> tuple[int, str]:
        """The status to answer a POST with, and why."""
        signer = await self._authenticate(request)
        if isinstance(signer, Refused):
            return (503 if signer.code == "unreachable" else 401), signer.reason
        try:
            envelope = peek(parse_json(request.body))
        except ActivityPubError as error:
            return error.status, error.safe
        if envelope.actor != signer.id:
            return 401, "the activity's actor is not its sender"
        now = self._clock()
        await self._store.run(
            lambda tx: records.keep_delivery(tx, signer.id, personal, request.body, now)
        )
        self._arrived.set()
        return 202, "kept"

    async def _authenticate(self, request: SignedRequest) -> Actor | Refused:
        authority = host_of(self._base) or ""
        claim = find_signature(request, authority=authority, now=self._clock())
        if isinstance(claim, Refused):
            return claim
        if claim.profile != "cavage":
            # As all of Mastodon before 4.5, which a sender must still reach.
            return Refused("unknown_profile", "only draft-cavage signatures are understood here")
        owner = await self._network.key_owner(claim.key_id, self._people[0])
        verdict = _check(claim, owner)
        if isinstance(verdict, Refused) and verdict.code == "bad_signature":
            # The key may have been replaced since it was fetched.
            owner = await self._network.key_owner(claim.key_id, self._people[0], anew=True)
            verdict = _check(claim, owner)
        return verdict

    async def work(self) -> None:
        """Process deliveries until cancelled."""
        while True:
            self._arrived.clear()
            delivery = await self._next()
            if delivery is not None:
                await self._process(delivery)
                continue
            due = await self._store.run(records.next_due)
            seconds = None if due is None else max(0.01, (due - self._clock()) / 1000)
            try:
                await asyncio.wait_for(self._arrived.wait(), seconds)
            except TimeoutError:
                continue

    async def _next(self) -> Delivery | None:
        now = self._clock()
        return await self._store.run(lambda tx: records.next_delivery(tx, now))

    async def _process(self, delivery: Delivery) -> None:
        known: dict[str, Fetched] = {}
        try:
            verdict = await self._decide(delivery, known)
            for _ in range(ROUNDS):
                if not isinstance(verdict, Need):
                    break
                follower = await self._store.run(lambda tx: records.a_follower(tx, delivery.signer))
                for url in verdict.urls:
                    known[url] = await self._network.get(url, follower or self._people[0])
                verdict = await self._decide(delivery, known)
        except Exception:  # whatever it was, the next delivery has its turn
            log.exception("delivery %s failed", delivery.arrival)
            await self._finish(delivery, "error: see the log")
            return
        match verdict:
            case rules.Later(why) if delivery.attempts + 1 < ATTEMPTS:
                due = self._clock() + self._pause * 2**delivery.attempts
                await self._store.run(lambda tx: records.postpone(tx, delivery.arrival, due))
                log.info("delivery %s later: %s", delivery.arrival, why)
            case rules.Done(what):
                await self._finish(delivery, f"done: {what}")
            case rules.Ignored(why):
                await self._finish(delivery, f"ignored: {why}")
            case Refused(code, reason):
                await self._finish(delivery, f"refused: {code}: {reason}")
            case rules.Later(why):
                await self._finish(delivery, f"refused: given up: {why}")
            case Need():
                await self._finish(delivery, "refused: it leads too far")

    async def _decide(self, delivery: Delivery, known: dict[str, Fetched]) -> rules.Verdict:
        now = self._clock()
        return await self._store.run(
            lambda tx: rules.decide(tx, self._base, delivery, dict(known), now)
        )

    async def _finish(self, delivery: Delivery, outcome: str) -> None:
        log.info("delivery %s from %s: %s", delivery.arrival, delivery.signer, outcome)
        await self._store.run(lambda tx: records.finish(tx, delivery.arrival, outcome))


def _check(claim: SignatureClaim, owner: Actor | Refused) -> Actor | Refused:
    if isinstance(owner, Refused):
        return owner
    try:
        verdict = check_signature(claim, load_public("rsa", owner.public_key))
    except ActivityPubError as error:
        return Refused(error.code, error.safe)
    return verdict if isinstance(verdict, Refused) else owner
