"""64-bit, time-ordered ids.

The upper 48 bits are milliseconds since 1970, the lower 16 bits a counter, so that ids sort by
time in every index and API. The sign bit stays clear until the year 10889.
"""

from __future__ import annotations

SEQUENCE_BITS = 16
SEQUENCE_MASK = (1 << SEQUENCE_BITS) - 1
LARGEST = 2**63 - 1


class IdSequence:
    """Makes ids. One per process; a random ``start`` keeps two processes apart."""

    __slots__ = ("_last", "_sequence")

    def __init__(self, start: int = 0) -> None:
        self._last = 0
        self._sequence = start & SEQUENCE_MASK

    def next(self, now: int) -> int:
        """An id greater than every id made before by this sequence. ``now``: milliseconds."""
        self._sequence = (self._sequence + 1) & SEQUENCE_MASK
        made = (now << SEQUENCE_BITS) | self._sequence
        if made <= self._last:
            made = self._last + 1
        self._last = made
        return made


def id_at(moment: int, entropy: int) -> int:
    """The id of something dated ``moment`` (milliseconds), for posts that come with their date."""
    return (max(moment, 0) << SEQUENCE_BITS) | (entropy & SEQUENCE_MASK)


def time_of(made: int) -> int:
    """The milliseconds since 1970 in which ``made`` was made."""
    return made >> SEQUENCE_BITS


def read_id(text: str) -> int | None:
    """An id as people and programs write it, in decimal digits, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if number <= LARGEST else None
