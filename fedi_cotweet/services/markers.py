"""How far people have read, as their apps say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Marker
from storage.queries import notifications as stored

TIMELINES: Final = ("home", "notifications")


def advance(tx: Tx, env: Env, account_id: int, read: Mapping[str, int]) -> dict[str, Marker]:
    """Note how far somebody has read; the markers of these timelines.

    A marker never goes back: of two apps the slower one knows less, and must not make news of what
    was read on the other.
    """
    held = stored.markers(tx, account_id)
    for timeline, last_read_id in read.items():
        before = held.get(timeline)
        if before is None or before.last_read_id < last_read_id:
            version = 1 if before is None else before.version + 1
            stored.set_marker(tx, account_id, timeline, last_read_id, version, env.now())
    found = stored.markers(tx, account_id)
    return {timeline: found[timeline] for timeline in read}


def read_to(tx: Tx, account_id: int, timeline: str) -> int:
    """The id of the last that somebody has read of a timeline; 0: nothing yet."""
    held = stored.markers(tx, account_id).get(timeline)
    return 0 if held is None else held.last_read_id
