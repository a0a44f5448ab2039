"""What was made for everybody once and is kept in memory as long as it is true.

Nothing in here depends on who asks. What is kept is never believed: whoever takes it asks the
database first, in the same snapshot, whether anything has changed of what it was made from
(``storage.queries.changed``). So it does not matter which process changes what, or when.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

from storage.engine import Tx
from storage.queries import changed
from storage.queries.changed import Sight

MOST_OCTETS: Final = 64 * 1024**2

Key = tuple[str, int]
"""What it is, and of which id."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is ready. ``size``: about how much memory it takes, in octets.

    It was made at the time ``since`` and holds no longer than ``until`` (None: no matter), as the
    clock says; ``noted`` are the names on which it depends, once it is kept with how often each
    had been noted, and with the ``first`` row that was there.
    """

    what: Any
    size: int
    since: int
    until: int | None
    noted: Mapping[str, int]
    first: int | None = None

    def holds(self, seen: Sight, now: int) -> bool:
        """Whether it is what would be made now."""
        return (
            self.first == seen.first
            and self.since <= now
            and (self.until is None or now < self.until)
            and all(seen.times.get(name, 0) == number for name, number in self.noted.items())
        )


@dataclass(slots=True)
class _Snapshot:
    """What is known of one: what it sees of changes, and what is true in it."""

    seen: Sight | None = None
    true: dict[Key, Any] = field(default_factory=dict)

    def see(self, tx: Tx, names: set[str]) -> Sight:
        """With these names at least, by at most one statement."""
        if self.seen is None or not names <= self.seen.times.keys():
            before = {} if self.seen is None else self.seen.times
            missing = names - before.keys()
            found = changed.sight(tx, missing)
            times = {**before, **dict.fromkeys(missing, 0), **found.times}
            self.seen = Sight(found.first, times)
        return self.seen


class Ready:
    """At most ``octets`` of it, in this process; whatever was asked for last stays.

    Transactions that ask it do nothing but read: what one sees is taken to stay as it is.
    """

    def __init__(self, octets: int = MOST_OCTETS) -> None:
        self.octets = octets
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._size = 0
        self._snapshots: WeakKeyDictionary[object, _Snapshot] = WeakKeyDictionary()

    @property
    def size(self) -> int:
        """About how many octets are kept."""
        return self._size

    def true(
        self,
        tx: Tx,
        keys: Collection[Key],
        now: int,
        also: Callable[[Any], Iterable[Key]] = lambda _: (),
    ) -> dict[Key, Any]:
        """What is kept of these and holds; and of what ``also`` names for each of them."""
        snapshot = self._snapshot(tx)
        kept = self._take([key for key in keys if key not in snapshot.true])
        further = {key for one in kept.values() for key in also(one.what)} - snapshot.true.keys()
        kept |= self._take(further - kept.keys())
        if kept:
            seen = snapshot.see(tx, {name for one in kept.values() for name in one.noted})
            snapshot.true |= {key: one.what for key, one in kept.items() if one.holds(seen, now)}
        wanted = {*keys}
        wanted |= {key for one in keys if one in snapshot.true for key in also(snapshot.true[one])}
        return {key: snapshot.true[key] for key in wanted if key in snapshot.true}

    def keep(self, tx: Tx, made: Mapping[Key, Kept]) -> None:
        """It was made in this transaction: keep it, with what that sees of its changes."""
        snapshot = self._snapshot(tx)
        seen = snapshot.see(tx, {name for one in made.values() for name in one.noted})
        snapshot.true |= {key: one.what for key, one in made.items()}
        with self._lock:
            for key, one in made.items():
                noted = {name: seen.times[name] for name in one.noted}
                former = self._kept.pop(key, None)
                self._size += one.size - (0 if former is None else former.size)
                self._kept[key] = replace(one, first=seen.first, noted=noted)
            while self._size > self.octets:
                _, gone = self._kept.popitem(last=False)
                self._size -= gone.size

    def _take(self, keys: Collection[Key]) -> dict[Key, Kept]:
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        return found

    def _snapshot(self, tx: Tx) -> _Snapshot:
        return self._snapshots.setdefault(tx.get_transaction(), _Snapshot())
