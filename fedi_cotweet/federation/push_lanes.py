"""How many pushes are under way, and to whom: a push service that is slow holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from fedi_cotweet.domain.limits import SECOND

AT_ONCE: Final = 32
AT_ONCE_TO_HOST: Final = 4
PATIENCE_S: Final = 20.0
"""How long a push waits for its turn: well below the lease of its job."""


REST: Final = 30 * SECOND
"""How long nobody asks a push service that did not answer."""


class NoTurnError(Exception):
    """Not now: too many others are under way, or the push service did not answer just before.

    ``after``: milliseconds.
    """

    def __init__(self, after: int) -> None:
        super().__init__("no turn")
        self.after = after


@dataclass(slots=True)
class _Lane:
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_TO_HOST))
    users: int = 0


@dataclass(slots=True)
class PushLanes:
    """Turns of one process. Belongs to one event loop."""

    _all: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _lanes: dict[str, _Lane] = field(default_factory=dict)
    _resting: dict[str, int] = field(default_factory=dict)
    """Until when, by host."""

    def rest(self, host: str, now: int) -> None:
        """A push service did not answer."""
        for other in [name for name, until in self._resting.items() if until <= now]:
            del self._resting[other]
        self._resting[host] = now + REST

    @asynccontextmanager
    async def turn(self, host: str, now: int) -> AsyncIterator[None]:
        """One turn to push to a host. Raises ``NoTurnError`` when none comes in time.

        The host's turn comes first: who waits for a slow host takes nobody's place.
        """
        lane = self._lanes.setdefault(host, _Lane())
        lane.users += 1
        try:
            await _acquire(lane.turns)
            try:
                left = self._resting.get(host, 0) - now
                if left > 0:
                    raise NoTurnError(left)
                await _acquire(self._all)
                try:
                    yield
                finally:
                    self._all.release()
            finally:
                lane.turns.release()
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[host]


async def _acquire(semaphore: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await semaphore.acquire()
    except TimeoutError:
        raise NoTurnError(1 * SECOND) from None
