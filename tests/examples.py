"""How many examples a property is tried with, where the house profile's number is not enough."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("CI") == "true"
"""As before a release: every property is tried with many examples."""


def examples(many: int) -> int:
    """So many where all is tried, a tenth elsewhere, but at least ten."""
    return many if THOROUGH else max(10, many // 10)
