"""What came of an activity."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an activity. ``uri``: its id; without one it is the newest of its ``kind``, if
    any was made. ``asked``: others have to agree first, and ``uri`` is what they are asked about.
    """

    kind: str
    uri: str | None = None
    asked: bool = False
    here: bool = False
    """Between people of this server, who need no activity to know of it."""
