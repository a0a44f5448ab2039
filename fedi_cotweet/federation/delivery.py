"""Deliveries are made from their rows: signed at the moment of sending, retried for three days.

Per server one lane: what comes first goes first, a server that does not answer is left alone for
longer and longer, and none of them holds up another (``docs/explanation/delivery.md``).
"""

from __future__ import annotations

import asyncio
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from activitypub.shell.client import PostResult
from fedi_cotweet.domain.limits import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    SUSPENDED_AFTER_DAYS,
    SUSPENDED_TRIED_AFTER,
)
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.federation.synchronising import Headers
from storage.engine import Tx
from storage.queries import deliveries, hosts
from storage.queries.deliveries import DeliveryRow

GIVE_UP_AFTER: Final = 3 * DAY
NO_KEY: Final = "no_signing_key"
CRASHED: Final = "crashed"
LEASE: Final = 2 * MINUTE
PER_HOST: Final = 20
SLOW_AFTER: Final = 2.0
"""Seconds after which a server that has not answered yet only waits: it costs no work."""
PATIENCE: Final = 8
"""How many times ``concurrency`` may wait for slow servers."""
ILL_SHARE: Final = 4
"""Of all that may wait, one in so many may be for servers whose last delivery failed."""
RETRIED: Final = frozenset({408, 425, 429})
"""4xx that pass. 401 was tried with both signatures already; once more may meet a rotated key."""


def backoff(attempts: int, delivery_id: int, first: int = 15 * SECOND) -> int:
    """Milliseconds until the next attempt: ``first``, growing with the fourth power to 8 hours.

    With 15 s about Mastodon's schedule; the id spreads deliveries that failed together.
    """
    wait = first + first * attempts**4 // 15
    return min(wait, 8 * HOUR) + delivery_id % (first // 3)


Outcome = Literal["over", "later", "ill"]
"""Of a delivery: nothing more to do; to be tried again; and its server is to be left alone."""


def respite(failures: int, host: str, first: int = 15 * SECOND) -> int:
    """Milliseconds for which a server is left alone after so many failures in a row.

    As long as ``backoff``, and up to half as long again: servers that fell silent together are not
    tried together.
    """
    wait = backoff(failures, 0, first)
    return wait + wait * (zlib.crc32(host.encode()) % 256) // 512


def is_permanent(status: int, attempts: int) -> bool:
    """Whether a server will never take this: 4xx but those that pass (INTEROP, Mastodon's rule)."""
    if status == 501:
        return True
    if status == 401:
        return attempts > 1
    return 400 <= status < 500 and status not in RETRIED


@dataclass(slots=True)
class Courier:
    """Works off deliveries until stopped. One per process.

    ``concurrency``: how many are worked on at once. Those that wait for a slow server are not
    among them, else fifty such servers would hold up all others.
    """

    runtime: Runtime
    concurrency: int = 32
    retry_after: int = 15 * SECOND
    """Milliseconds to wait after a first failure."""
    _busy: set[str] = field(default_factory=set)
    _after: str = ""
    """The server whose turn was last: the next ones by name come first."""
    _slow: set[str] = field(default_factory=set)
    _ill: set[str] = field(default_factory=set)
    """Of the busy ones those that failed the last time."""
    _headers: Headers = field(init=False)
    _lanes: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._headers = Headers(self.runtime)

    async def idle(self) -> None:
        """Wait until all that was begun is over."""
        while self._lanes:
            await asyncio.wait(self._lanes)

    async def once(self) -> int:
        """Start a lane for every server that something is due for; how many deliveries."""
        under_way = len(self._lanes)
        room = min(
            self.concurrency - (under_way - len(self._slow)),
            self.concurrency * PATIENCE - under_way,
        )
        if room <= 0:
            return 0
        now = self.runtime.env.now()
        only_well = len(self._ill) >= self.concurrency * PATIENCE // ILL_SHARE
        rows = await self.runtime.store.write(
            lambda tx: deliveries.claim_due(
                tx,
                now=now,
                limit=room * PER_HOST,
                servers=room,
                lease_ms=LEASE,
                per_host_limit=PER_HOST,
                busy_hosts=sorted(self._busy),
                after=self._after,
                only_well=only_well,
            )
        )
        self._after = rows[-1].host if rows else ""
        lanes: dict[str, list[DeliveryRow]] = {}
        for row in rows:
            lanes.setdefault(row.host, []).append(row)
        for host, lane in lanes.items():
            self._busy.add(host)
            if lane[0].host_failures:
                self._ill.add(host)
            task = asyncio.create_task(self._lane(host, lane))
            self._lanes.add(task)
            task.add_done_callback(self._lanes.discard)
        return len(rows)

    async def _lane(self, host: str, rows: list[DeliveryRow]) -> None:
        waiting, behind = deque(rows), list[DeliveryRow]()
        held_until = min(row.lease_until for row in rows)
        failed: set[str] = set()
        try:
            while waiting:
                held_until = await self._hold([*waiting, *behind], held_until)
                row = waiting.popleft()
                if row.about in failed:
                    behind.append(row)  # an Update must not overtake its Create
                    continue
                outcome = await self._deliver(row)
                if outcome == "ill":
                    break
                if outcome == "later":
                    failed.add(row.about)
            rest = [row.id for row in (*waiting, *behind)]
            if rest:
                await self.runtime.store.write(lambda tx: deliveries.release(tx, rest))
        finally:
            for hosts_at_work in (self._busy, self._slow, self._ill):
                hosts_at_work.discard(host)
            self.runtime.bells.deliveries.set()

    async def _hold(self, rows: list[DeliveryRow], until: int) -> int:
        """Keep a slow server's deliveries from other workers; until when they are held."""
        now = self.runtime.env.now()
        if until - now > LEASE // 2:
            return until
        ids = [row.id for row in rows]
        await self.runtime.store.write(
            lambda tx: deliveries.renew(tx, ids, lease_until=now + LEASE)
        )
        return now + LEASE

    async def _deliver(self, row: DeliveryRow) -> Outcome:
        """Make one delivery and write down what came of it."""
        patience = asyncio.get_running_loop().call_later(SLOW_AFTER, self._only_waits, row.host)
        try:
            key = await self.runtime.keys.rsa(row.signer_id)
            former = await self.runtime.keys.former(row.signer_id, row.uri)
            body, headers = row.body.encode(), await self._headers.of(row)
            post = self.runtime.client.post
            result = await post(row.inbox, body, key=former or key, headers=headers)
            if former is not None and result.status == 401:
                # They have fetched the new key already, or never knew the old one.
                result = await post(row.inbox, body, key=key, headers=headers)
        except LookupError:
            result = PostResult(0, error=NO_KEY)
        except Exception:  # a fault of ours is not the server's, and must not hold up its lane
            log.exception("delivery_crashed", id=row.uri, inbox=row.inbox)
            result = PostResult(0, error=CRASHED)
        finally:
            patience.cancel()
        now = self.runtime.env.now()
        log.info(
            "delivery_attempt",
            type=row.kind,
            id=row.uri,
            inbox=row.inbox,
            status=result.status,
            error=result.error,
            attempt=row.attempts,
        )
        outcome = await self.runtime.store.write(lambda tx: self._settle(tx, row, result, now))
        away = self.runtime.away
        away.add(row.host) if outcome == "ill" else away.discard(row.host)
        return outcome

    def _only_waits(self, host: str) -> None:
        self._slow.add(host)
        self.runtime.bells.deliveries.set()

    def _settle(self, tx: Tx, row: DeliveryRow, result: PostResult, now: int) -> Outcome:
        status, error = result.status, (result.detail or result.error)[:500]
        if 200 <= status < 300:
            deliveries.delivered(tx, row, now=now, status=status)
            return "over"
        if is_permanent(status, row.attempts):
            deliveries.refused(tx, row, now=now, status=status, error=error)
            return "over"
        if result.error == NO_KEY:
            deliveries.given_up(tx, row, now=now, status=None, error=error)
            return "over"
        ill = result.error != CRASHED and (status == 0 or status == 429 or status >= 500)
        asked = result.retry_after_ms or 0
        wait = max(backoff(row.attempts, row.id, self.retry_after), asked)
        rest = max(respite(row.host_failures + 1, row.host, self.retry_after), asked) if ill else 0
        days = deliveries.failed(
            tx,
            row,
            now=now,
            next_at=now + wait,
            status=status or None,
            error=error,
            host_next_try_at=now + rest if ill else None,
            asked_until=now + asked if asked else None,
            ill=status != 429,
        )
        before = now + max(wait, rest) - GIVE_UP_AFTER
        if before > row.first_at:
            deliveries.given_up(tx, row, now=now, status=status or None, error=error)
            if ill:  # one attempt at a time would take the backlog of a dead server weeks
                deliveries.give_up_old(tx, row.host, before=before, error=error)
        if days >= SUSPENDED_AFTER_DAYS:
            deliveries.abandon(tx, row.host, "its server has not answered for too many days")
            hosts.suspend(tx, row.host, now + SUSPENDED_TRIED_AFTER)
        return "ill" if ill else "later"

    async def stop(self) -> None:
        """Let go of everything; leases run out and the rest is delivered next time."""
        while pending := {task for task in self._lanes if not task.done()}:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=0.5)
