"""Asking once: identical fetches share one request, and failures are remembered for a while.

A stranger decides which keys and documents we look up. Without this a burst of forged deliveries
would be a burst of requests against the host they name (CVE-2026-34148).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from activitypub.signatures.keys import SigningKey
from activitypub.verdicts import Fetched


class Getter(Protocol):
    """What fetches a document: a ``FederationClient`` or something in front of one."""

    async def get(self, url: str, *, key: SigningKey | None = None) -> Fetched: ...


class SharedGets:
    """A ``Getter`` in front of another.

    Fetches of one URL with one key that overlap share a request. Answers other than 2xx, network
    failures included, are given again for ``failure_ms``; of them at most ``size`` are kept.
    Successes are not cached: how long a document holds is the caller's rule.
    """

    def __init__(
        self,
        getter: Getter,
        clock: Callable[[], int],
        *,
        failure_ms: int = 60_000,
        size: int = 10_000,
    ) -> None:
        self._getter = getter
        self._clock = clock
        self._failure_ms = failure_ms
        self._size = size
        self._failures: OrderedDict[tuple[str, str], Fetched] = OrderedDict()
        self._running: dict[tuple[str, str], asyncio.Task[Fetched]] = {}

    async def get(self, url: str, *, key: SigningKey | None = None) -> Fetched:
        """As the getter's. A caller that is cancelled does not take the request from the others."""
        lookup = (url, "" if key is None else key.key_id)
        failure = self._failures.get(lookup)
        if failure is not None and self._clock() - failure.fetched_at < self._failure_ms:
            return failure
        task = self._running.get(lookup)
        if task is None:
            task = asyncio.create_task(self._fetch(lookup, key))
            self._running[lookup] = task
        return await asyncio.shield(task)

    def forget(self, url: str) -> None:
        """Ask again next time: somebody trustworthy said that ``url`` is there now."""
        for lookup in [lookup for lookup in self._failures if lookup[0] == url]:
            del self._failures[lookup]

    async def close(self) -> None:
        """Cancel what is under way; the getter stays open."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _fetch(self, lookup: tuple[str, str], key: SigningKey | None) -> Fetched:
        try:
            fetched = await self._getter.get(lookup[0], key=key)
        finally:
            del self._running[lookup]
        self._failures.pop(lookup, None)
        if not 200 <= fetched.status < 300:
            self._failures[lookup] = fetched
            if len(self._failures) > self._size:
                self._failures.popitem(last=False)
        return fetched
