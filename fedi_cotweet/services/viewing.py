"""How often posts are shown: counted in memory and written now and then, never by whom."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedi_cotweet.services import timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.notices import author_rows
from storage.engine import Tx
from storage.models import Post
from storage.queries import follows


@dataclass(slots=True)
class Views:
    """Showings that are not written yet. What a killed process held is lost: some seconds of it."""

    _counts: Counter[int] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, post_id: int) -> None:
        """A post was shown."""
        with self._lock:
            self._counts[post_id] += 1

    def take(self) -> dict[int, int]:
        """Everything that was counted since the last time, to be written now."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return dict(counts)

    def give_back(self, counts: Mapping[int, int]) -> None:
        """It could not be written."""
        with self._lock:
            self._counts.update(counts)


def counts(tx: Tx, env: Env, post: Post | None, viewer_id: int | None) -> bool:
    """Whether showing a post to somebody (None: a stranger) is a view that its authors hear of.

    Only posts with an author here are counted, and not what the authors themselves look at.
    """
    if post is None or post.state != "published":
        return False
    shown = timelines.shown_author_ids(post, author_rows(tx, post), env.now())
    return viewer_id not in shown and bool(follows.local_among(tx, shown))
