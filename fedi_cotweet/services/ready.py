"""What was made for everybody once and is kept in memory as long as it is true.

Nothing in here depends on who asks. What is kept is never believed: whoever takes it asks the
database first, in the same snapshot, whether anything has changed of what it was made from
(``storage.queries.changed``). So it does not matter which process changes what, or when.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from storage.queries.changed import Sight

MOST_OCTETS: Final = 64 * 1024**2

Key = tuple[str, int]
"""What it is, and of which id."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is ready. ``size``: about how much memory it takes, in octets.

    It was made at the time ``since`` and holds no longer than ``until`` (None: no matter), as the
    clock says; ``noted`` is how often each name on which it depends had been noted then, and
    ``first`` the first row that was there.
    """

    what: Any
    size: int
    since: int
    until: int | None
    first: int | None
    noted: Mapping[str, int]

    def holds(self, seen: Sight, now: int) -> bool:
        """Whether it is what would be made now."""
        return (
            self.first == seen.first
            and self.since <= now
            and (self.until is None or now < self.until)
            and all(seen.times.get(name, 0) == number for name, number in self.noted.items())
        )


class Ready:
    """At most ``octets`` of it, in this process; whatever was asked for last stays."""

    def __init__(self, octets: int = MOST_OCTETS) -> None:
        self.octets = octets
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """About how many octets are kept."""
        return self._size

    def take(self, keys: Collection[Key]) -> dict[Key, Kept]:
        """What is kept of these, whether it still holds or not."""
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        return found

    def keep(self, made: Iterable[tuple[Key, Kept]]) -> None:
        """It was made now."""
        with self._lock:
            for key, one in made:
                former = self._kept.pop(key, None)
                self._size += one.size - (0 if former is None else former.size)
                self._kept[key] = one
            while self._size > self.octets:
                _, gone = self._kept.popitem(last=False)
                self._size -= gone.size
