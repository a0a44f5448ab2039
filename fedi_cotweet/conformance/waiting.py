"""Ways to wait for what a server must do, and to see that it does not do what it must not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from fedi_cotweet.conformance.cotweets import Scene
from fedi_cotweet.conformance.origins import Origin
from fedi_cotweet.conformance.outcomes import Failed

T = TypeVar("T")

LOOK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds. ``patience``: the longest wait for what must happen; ``grace``: how long to watch
    for what must not; ``quiet``: how long nothing may be asked for until all is taken as done."""

    patience: float = 15.0
    grace: float = 0.8
    quiet: float = 0.3


@dataclass
class Offset:
    """A clock that can be made to run ahead: milliseconds since 1970."""

    real: Callable[[], int]
    ahead: int = 0

    def __call__(self) -> int:
        return self.real() + self.ahead


@dataclass
class Watched(Scene):
    """The scene, and how long to wait for what the target does in it."""

    u: Origin
    """A server that knows no co-authors. Nobody there may say that they do: it counts for all."""
    waits: Waits

    async def until(
        self, what: str, check: Callable[[], T | None], *, seconds: float | None = None
    ) -> T:
        """Wait until ``check`` gives something. Raises ``Failed``: ``what`` did not happen."""
        limit = self.waits.patience if seconds is None else seconds
        end = asyncio.get_running_loop().time() + limit
        while not (found := check()):
            if asyncio.get_running_loop().time() > end:
                raise Failed(f"{what} within {limit:g} s: it did not happen")
            await asyncio.sleep(LOOK_EVERY)
        return found

    async def until_async(self, what: str, check: Callable[[], Awaitable[bool]]) -> None:
        """The same for a ``check`` that asks the server."""
        end = asyncio.get_running_loop().time() + self.waits.patience
        while not await check():
            if asyncio.get_running_loop().time() > end:
                raise Failed(f"{what} within {self.waits.patience:g} s: it did not happen")
            await asyncio.sleep(4 * LOOK_EVERY)

    async def quiet(self, *, seconds: float | None = None) -> None:
        """Wait until the target has stopped asking and sending, at most ``patience``."""
        loop = asyncio.get_running_loop()
        still = self.waits.quiet if seconds is None else seconds
        end, last, since = loop.time() + self.waits.patience, self._traffic(), loop.time()
        while loop.time() < end and loop.time() - since < still:
            await asyncio.sleep(LOOK_EVERY)
            if self._traffic() != last:
                last, since = self._traffic(), loop.time()

    def _traffic(self) -> int:
        return sum(len(o.asked) + len(o.received) for o in (self.a, self.b, self.c, self.m, self.u))

    async def watch(self, check: Callable[[], object], what: str) -> None:
        """See that something does not happen for as long as ``grace`` and until all is quiet."""
        end = asyncio.get_running_loop().time() + self.waits.grace
        while asyncio.get_running_loop().time() < end:
            self.never(check(), what)
            await asyncio.sleep(LOOK_EVERY)
        await self.quiet()
        self.never(check(), what)

    @staticmethod
    def never(found: object, what: str) -> None:
        """Raises ``Failed`` if there is something."""
        if found:
            raise Failed(what)
