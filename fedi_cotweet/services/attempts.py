"""How often somebody may try. Kept in this process: a restart forgives everything."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Lines(Protocol):
    """Headers, of which one may be given several times."""

    def getall(self, key: str, default: list[str], /) -> list[str]: ...


class Asking(Protocol):
    """Of a request, what says who makes it."""

    @property
    def remote(self) -> str | None: ...

    @property
    def headers(self) -> Lines: ...


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


@lru_cache(maxsize=8)
def read_networks(text: str) -> tuple[Network, ...]:
    """The networks named in a text, with commas between them. ``ValueError`` for what is none."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_proxy(address: Address, proxies: Sequence[Network] = ()) -> bool:
    """Whether an address is believed when it says for whom it asks: this machine always is."""
    return address.is_loopback or any(address in network for network in proxies)


def caller_address(
    remote: str | None, forwarded_for: Sequence[str], proxies: Sequence[Network] = ()
) -> str:
    """Whom to count: the connection's address, or what our proxies say it is.

    ``forwarded_for``: all lines of ``X-Forwarded-For``. Each proxy writes after the others, so that
    it is read from its end, as far as whoever wrote is believed: what stands before is the
    caller's own. An IPv6 customer has a whole /64 to call from.
    """
    hops = ",".join(forwarded_for).split(",") if forwarded_for else []
    try:
        address = ipaddress.ip_address(remote or "")
        while hops and is_proxy(address, proxies):
            address = ipaddress.ip_address(hops.pop().strip())
    except ValueError:
        return remote or ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def counted_address(request: Asking, settings: Settings) -> str:
    """``caller_address`` of a request."""
    lines = request.headers.getall("X-Forwarded-For", [])
    return caller_address(request.remote, lines, read_networks(settings.trusted_proxies))


def comes_from_nowhere(request: Asking, settings: Settings) -> bool:
    """Whether all there is to know of a caller is the proxy, which does not tell."""
    try:
        address = ipaddress.ip_address(request.remote or "")
    except ValueError:
        return True
    told = request.headers.getall("X-Forwarded-For", [])
    return is_proxy(address, read_networks(settings.trusted_proxies)) and not told
