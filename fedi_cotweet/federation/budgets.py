"""How much one server may make us ask of others, or is asked by us, in a while.

Kept in memory: a restart forgives everything, and several processes forgive each other.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from fedi_cotweet.domain.limits import HOUR, MINUTE

REMEMBERED: Final = 10_000


@dataclass(slots=True)
class Budget:
    """``most`` in ``window`` milliseconds for each name."""

    most: int
    window: int
    _spent: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)

    def spend(self, name: str, now: int) -> bool:
        """Take one; False when there is none left until the window ends."""
        since, count = self._spent.get(name, (now, 0))
        if since <= now - self.window:
            since, count = now, 0
        if count >= self.most:
            return False
        self._spent[name] = since, count + 1
        self._spent.move_to_end(name)
        if len(self._spent) > REMEMBERED:
            self._spent.popitem(last=False)
        return True

    def give_back(self, name: str) -> None:
        """One that was taken does not count after all."""
        since, count = self._spent.get(name, (0, 0))
        if count:
            self._spent[name] = since, count - 1


@dataclass(slots=True)
class Places:
    """``most`` at the same time."""

    most: int
    _taken: int = 0

    @contextmanager
    def take(self) -> Iterator[bool]:
        """A place for as long as the block runs; False when none was free."""
        free = self._taken < self.most
        self._taken += free
        try:
            yield free
        finally:
            self._taken -= free


@dataclass(frozen=True, slots=True)
class Budgets:
    """All of them."""

    strangers: Budget = field(default_factory=lambda: Budget(200, HOUR))
    """Actors and replies to fetch because a primary author names them in an Add."""
    counts: Budget = field(default_factory=lambda: Budget(60, 10 * MINUTE))
    """Posts of one server whose counts are asked for."""
    statistics: Budget = field(default_factory=lambda: Budget(60, 10 * MINUTE))
    """Statistics asked of one server."""
    crawling: Places = field(default_factory=lambda: Places(64))
    """Requests of crawls at the same time, most of which wait for an answer."""
    hearsay: Budget = field(default_factory=lambda: Budget(60, HOUR))
    """Answers to fetch because one server passed them on without a proof."""
    ids: Budget = field(default_factory=lambda: Budget(60, HOUR))
    """Posts fetched because one server published them by their ids alone, of people nobody here
    follows."""
    ids_of_followed: Budget = field(default_factory=lambda: Budget(600, HOUR))
    """The same, of people somebody here follows."""
    followers: Budget = field(default_factory=lambda: Budget(2, HOUR))
    """How often the followers of one actor are compared with what its server knows."""
    quotes: Budget = field(default_factory=lambda: Budget(120, HOUR))
    """Requests to quote taken from one server; and quotes of one server's posts looked at."""
    reports: Budget = field(default_factory=lambda: Budget(30, HOUR))
    """Reports taken from one server."""
    previews: Budget = field(default_factory=lambda: Budget(120, HOUR))
    """Pages looked at because people of one server linked to them."""
    relays: Budget = field(default_factory=lambda: Budget(2_000, HOUR))
    """Posts fetched because one relay announced them."""
