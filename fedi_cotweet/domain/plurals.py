"""How many of something, in English: what people are told is in no other language yet."""

from __future__ import annotations


def count(number: int, singular: str, plural: str = "") -> str:
    """``1 reply``, ``2 replies``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
