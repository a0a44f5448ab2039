"""Which operations of the client API succeeded in a run: all must, somewhere.

Tests run in several processes, so each says in the end which it saw (``workeroutput`` of xdist),
and the one that started them adds up.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from fedi_cotweet.mastodon_api.operations import OPERATIONS

HERE: Final = Path(__file__).parent
WHOLE: Final = frozenset({HERE.parent, HERE, HERE / "mastodon_api"})
"""Runs of these folders are expected to try everything."""

succeeded: set[str] = set()
"""``METHOD /path/{id}`` of this process, and in the end of all."""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple(
        (
            operation.method,
            re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation.path))),
            f"{operation.method} {operation.path}",
        )
        for operation in OPERATIONS
    )


def note(method: str, path: str, status: int) -> None:
    """An answer was seen."""
    if 200 <= status < 300 or status == 101:
        bare = path.partition("?")[0]
        for verb, pattern, name in _patterns():
            if verb == method and pattern.fullmatch(bare):
                succeeded.add(name)
                return


def missing() -> list[str]:
    """Operations of which no test saw a success."""
    return sorted(name for _, _, name in _patterns() if name not in succeeded)
