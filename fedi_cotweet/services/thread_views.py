"""A thread as its readers see it: data, which the command line reads without a database library."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services.views import PostView


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A post in its thread. ``descendants`` are in reading order: below each its answers.

    ``waiting`` is how many addresses are still to be asked for more of it; 0 once it is complete.
    """

    ancestors: tuple[PostView, ...]
    post: PostView
    descendants: tuple[PostView, ...]
    waiting: int
