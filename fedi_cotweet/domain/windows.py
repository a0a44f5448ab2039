"""A page of a list that is ordered by id: what the client API calls ``max_id`` and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

T = TypeVar("T")

ROUNDS = 5
"""How many pages are read to fill one of which most is kept from the reader."""


@dataclass(frozen=True, slots=True)
class Window:
    """``limit`` places: the newest, or with ``after`` the oldest of those that are newer than it.

    ``before``: only older ones (``max_id``). ``since``: only newer ones, and of them the newest
    (``since_id``). ``after``: only newer ones, those next to it (``min_id``), so that a gap can be
    closed from below; it wins over ``since``.
    """

    limit: int = 20
    before: int | None = None
    since: int | None = None
    after: int | None = None

    @property
    def upwards(self) -> bool:
        """Whether rows are to be read oldest first."""
        return self.after is not None

    @property
    def bottom(self) -> int | None:
        """What every place in the window is newer than."""
        return self.since if self.after is None else self.after


def filled(
    fetch: Callable[[Window], Sequence[T]],
    keep: Callable[[Sequence[T]], Sequence[T]],
    place: Callable[[T], int],
    window: Window,
) -> list[T]:
    """A page, newest first, of what ``keep`` leaves of what ``fetch`` finds.

    ``fetch`` gives at most ``limit`` rows in the order of ``Window.upwards``. A page can be short,
    even empty, before the end: no more than ``ROUNDS`` are read for one.
    """
    page: list[T] = []
    for _ in range(ROUNDS):
        found = fetch(window)
        page += keep(found)
        if len(page) >= window.limit or len(found) < window.limit:
            break
        edge = place(found[-1])
        window = replace(window, **{"after" if window.upwards else "before": edge})
    del page[window.limit :]
    return page[::-1] if window.upwards else page
