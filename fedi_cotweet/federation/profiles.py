"""Which HTTP signature each server took last, kept over restarts: a second knock costs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from storage.engine import Store
from storage.queries import hosts


@dataclass(slots=True)
class HostProfiles:
    """A ``ProfileMemory`` on top of the store. Reads are from memory, ``load`` it first."""

    store: Store
    _known: dict[str, str] = field(default_factory=dict)
    _writes: set[asyncio.Task[None]] = field(default_factory=set)

    async def load(self) -> None:
        """Read what earlier runs found out."""
        self._known = await self.store.read(hosts.profiles)

    def get(self, host: str) -> str | None:
        """``cavage`` or ``rfc9421``, None when nobody knows."""
        return self._known.get(host)

    def set(self, host: str, profile: str) -> None:
        """Remember; written soon after. Lost with the process it costs one more knock."""
        if self._known.get(host) == profile:
            return
        self._known[host] = profile
        task = asyncio.get_running_loop().create_task(
            self.store.write(lambda tx: hosts.set_profile(tx, host, profile))
        )
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def close(self) -> None:
        """Finish writing."""
        if self._writes:
            await asyncio.wait(self._writes)
