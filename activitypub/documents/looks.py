"""How a picture is to be shown before it is there, and where it is cut: blurhash, focal point.

Blurhash: https://github.com/woltapp/blurhash/blob/master/Algorithm.md; focal points as Mastodon has
them: https://docs.joinmastodon.org/spec/activitypub/#properties-used-2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_BASE_83: Final = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
)
_FIRST: Final = 6
"""Characters of every hash: its size, its loudest part, its average colour."""

Focal = tuple[float, float]
"""(x, y), each from -1 (left, bottom) to 1 (right, top)."""


def read_blurhash(value: Any) -> str | None:
    """A well-formed blurhash, else None: decoders elsewhere fail on anything else."""
    if not isinstance(value, str) or len(value) < _FIRST or not set(value) <= set(_BASE_83):
        return None
    size = _BASE_83.index(value[0])
    across, down = size % 9 + 1, size // 9 + 1
    if down > 9 or len(value) != 4 + 2 * across * down:
        return None
    return value


def read_focal_point(value: Any) -> Focal | None:
    """A focal point, else None: not two finite numbers from -1 to 1."""
    if not isinstance(value, Sequence) or len(value) != 2:
        return None
    x, y = value
    if type(x) not in (int, float) or type(y) not in (int, float):
        return None
    # Also false of NaN, and of integers that are too large for a float.
    return (float(x), float(y)) if abs(x) <= 1 and abs(y) <= 1 else None


def build_focal_point(focal: Focal) -> list[int | float]:
    """The wire form. What is whole is written whole: 0.0 and -0.0 have other canonical forms in
    some JSON and RDF libraries, and a signature over them would not hold there."""
    return [int(number) if number == int(number) else number for number in focal]
