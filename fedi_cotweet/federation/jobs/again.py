"""How a job says that it is to be run once more."""

from __future__ import annotations


class More(Exception):  # noqa: N818 - not an error: a part is done, and the rest is to follow
    """A part of a job is done. It goes on after ``after`` milliseconds, however often."""

    def __init__(self, after: int) -> None:
        super().__init__("there is more to do")
        self.after = after


class Again(Exception):  # noqa: N818 - not an error: the job is to be run again
    """Not this time. ``after`` milliseconds at the earliest, None for the usual backoff."""

    def __init__(self, reason: str, *, after: int | None = None) -> None:
        super().__init__(reason)
        self.after = after
