"""Times as the client API writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(milliseconds: int) -> str:
    """``2026-11-22T20:31:00.000Z``."""
    whole = datetime.fromtimestamp(milliseconds // 1_000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1_000:03d}Z"


def day(milliseconds: int) -> str:
    """``2026-11-22``, in UTC."""
    return f"{datetime.fromtimestamp(milliseconds // 1_000, UTC):%Y-%m-%d}"


def midnight(milliseconds: int) -> str:
    """The beginning of the day, as ``moment``: when an account was made is told no closer."""
    return f"{day(milliseconds)}T00:00:00.000Z"
