"""A page of a list that is ordered by id: what the client API calls ``max_id`` and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

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


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What was found in a window, newest first.

    ``following``: the place at which the next page begins, ``before`` or read upwards ``after``
    it; None where there is nothing more.
    """

    items: list[T]
    following: int | None


def page_of(
    fetch: Callable[[Window], Sequence[T]],
    keep: Callable[[Sequence[T]], Sequence[T]],
    place: Callable[[T], int],
    window: Window,
) -> Page[T]:
    """A page of what ``keep`` leaves of what ``fetch`` finds.

    ``fetch`` gives at most ``limit`` rows in the order of ``Window.upwards``. A page can be short,
    even empty, before the end: no more than ``ROUNDS`` are read for one.
    """
    page: list[T] = []
    following = None
    for _ in range(ROUNDS):
        found = fetch(window)
        page += keep(found)
        if len(page) > window.limit:
            del page[window.limit :]
            following = place(page[-1])
            break
        following = place(found[-1]) if found and len(found) >= window.limit else None
        if following is None or len(page) == window.limit:
            break
        window = replace(window, **{"after" if window.upwards else "before": following})
    return Page(page[::-1] if window.upwards else page, following)


def filled(
    fetch: Callable[[Window], Sequence[T]],
    keep: Callable[[Sequence[T]], Sequence[T]],
    place: Callable[[T], int],
    window: Window,
) -> list[T]:
    """What stands on that page."""
    return page_of(fetch, keep, place, window).items
