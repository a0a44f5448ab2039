"""Colours that people choose, and what is made of them so that everybody can read the pages.

A colour is ``#rrggbb``. Contrast is that of WCAG 2.2 (relative luminance), level AA for text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

AA: Final = 4.5
LIGHT: Final = ("#f6f4ef", "#fffefc", "#f3f0ea")
"""What stands behind text on light pages: the page, a card, what is sunk into one."""
DARK: Final = ("#131518", "#1a1d21", "#22262b")
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_STEPS: Final = 50

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour on light pages or on dark ones: itself, for text and buttons; what is written on
    it; and a wash of it to stand behind text of its own colour."""

    accent: str
    on_accent: str
    wash: str


def read_colour(text: str) -> str | None:
    """``#rrggbb`` in lower case, of that or ``#rgb``; None for whatever is none."""
    given = text.strip().lower()
    if re.fullmatch("#[0-9a-f]{3}", given):
        given = "#" + "".join(digit * 2 for digit in given[1:])
    return given if re.fullmatch("#[0-9a-f]{6}", given) else None


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    lights = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def on_light(colour: str) -> Tone:
    """The colour as it can be read on light pages: as it is, or darker."""
    return _tone(colour, LIGHT, _BLACK, 0.1)


def on_dark(colour: str) -> Tone:
    """The colour as it can be read on dark pages: as it is, or lighter."""
    return _tone(colour, DARK, _WHITE, 0.16)


def _tone(colour: str, grounds: Sequence[str], towards: Rgb, share: float) -> Tone:
    card, accent, wash = _rgb(grounds[1]), towards, towards
    for step in range(_STEPS + 1):
        accent = _mixed(_rgb(colour), towards, step / _STEPS)
        wash = _mixed(card, accent, share)
        behind = [*map(_rgb, grounds), wash]
        if all(contrast(_text(accent), _text(one)) >= AA for one in behind):
            break
    inks = (_text(_WHITE), _text(_BLACK))
    best = max(inks, key=lambda ink: contrast(ink, _text(accent)))
    return Tone(_text(accent), best, _text(wash))


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _text(rgb: Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in rgb)


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(rgb: Rgb) -> float:
    parts = [part / 255 for part in rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
