"""What takes long to count and may be some seconds old, kept in memory for all who ask."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Final

from fedi_cotweet.domain.limits import SECOND
from storage.queries.account_stats import Stats

FOR: Final = 30 * SECOND
MOST: Final = 20_000
"""People whose numbers are kept; with more, all are forgotten and counted again."""


class Counted:
    """The numbers on people's profiles. Nothing in it depends on who asks.

    Of this process alone: another may count anew a little earlier or later.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[int, tuple[int, Stats]] = {}

    def held(self, actor_ids: Iterable[int], now: int) -> dict[int, Stats]:
        """Those that were counted less than ``FOR`` ago."""
        with self._lock:
            kept = {one: self._kept[one] for one in actor_ids if one in self._kept}
        return {one: stats for one, (at, stats) in kept.items() if at <= now < at + FOR}

    def keep(self, found: Mapping[int, Stats], now: int) -> None:
        """They were counted now."""
        with self._lock:
            if len(self._kept) + len(found) > MOST:
                self._kept.clear()
            self._kept.update({one: (now, stats) for one, stats in found.items()})
