"""How often somebody may try. Kept in this process: a restart forgives everything."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field

from fedi_cotweet.domain.limits import MINUTE

WINDOW = 15 * MINUTE
PER_NAME = 5
"""Failures of one address on one account. Others' failures never lock its owner out."""
PER_ADDRESS = 30
"""Failures of one address on all accounts."""
REMEMBERED = 20_000


@dataclass(slots=True)
class Attempts:
    """Counts failures per key over a window that begins with the first one."""

    _failures: OrderedDict[tuple[str, ...], tuple[int, int]] = field(default_factory=OrderedDict)

    def begin(self, address: str, name: str, now: int) -> int:
        """Count an attempt as failed before it is checked, so that many at once gain nothing.

        Returns 0, or the milliseconds to wait when there were too many.
        """
        limits = {(address, name): PER_NAME, (address,): PER_ADDRESS}
        held = {key: self._held(key, now) for key in limits}
        waits = [held[key][1] + WINDOW - now for key in limits if held[key][0] >= limits[key]]
        if waits:
            return max(waits)
        for key, (count, since) in held.items():
            self._failures[key] = (count + 1, since)
            self._failures.move_to_end(key)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)
        return 0

    def succeeded(self, address: str, name: str) -> None:
        """The attempt was none of a guesser: take it back."""
        self._failures.pop((address, name), None)
        count, since = self._failures.get((address,), (0, 0))
        if count > 1:
            self._failures[(address,)] = (count - 1, since)
        else:
            self._failures.pop((address,), None)

    def _held(self, key: tuple[str, ...], now: int) -> tuple[int, int]:
        count, since = self._failures.get(key, (0, now))
        return (0, now) if since <= now - WINDOW else (count, since)


@dataclass(slots=True)
class Quota:
    """Counts what one address does over a window that begins with the first time."""

    most: int
    window: int
    """Milliseconds."""
    _counts: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)

    def take(self, address: str, now: int) -> int:
        """Count once more: 0, or the milliseconds to wait when that was too often."""
        count, since = self._counts.get(address, (0, now))
        if since <= now - self.window:
            count, since = 0, now
        if count >= self.most:
            return since + self.window - now
        self._counts[address] = (count + 1, since)
        self._counts.move_to_end(address)
        while len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        return 0

    def standing(self, address: str, now: int) -> tuple[int, int]:
        """How much is left, and when (milliseconds) everything will be again."""
        count, since = self._counts.get(address, (0, now))
        if since <= now - self.window:
            count, since = 0, now
        return max(self.most - count, 0), since + self.window


def caller_address(remote: str | None, forwarded_for: str) -> str:
    """Whom to count: the connection's address, or what a proxy on this machine says it is.

    Only a proxy on the loopback interface is believed, and only what it wrote itself, the last
    entry of ``X-Forwarded-For``. An IPv6 customer has a whole /64 to call from.
    """
    try:
        address = ipaddress.ip_address(remote or "")
        if address.is_loopback and forwarded_for:
            address = ipaddress.ip_address(forwarded_for.rpartition(",")[2].strip())
    except ValueError:
        return remote or ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
