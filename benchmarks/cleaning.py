"""What it costs to clean strangers' HTML, and whether the cost grows faster than the text.

``python -m benchmarks.cleaning [--json]``: nasty texts of 5,000 characters up to twice what is
parsed. Fails if any grows more than half as fast again as its text, by more than ``NOISE_MS``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from activitypub.html import consent_safe, sanitise, to_text
from activitypub.html_cost import MAX_HTML

NOISE_MS: Final = 8.0
"""Below this a step of a bound, or another process, is not told from growth."""
_SIZES: Final = (5_000, 10_000, 20_000, 40_000, 80_000, 2 * MAX_HTML)
_PIECES: Final = {
    "letters": "a",
    "soft hyphens": "\u00ad",
    "no-break spaces": "\u00a0",
    "no-break spaces, far apart": "\u00a0" + "a" * 99,
    "no-break spaces in paragraphs": "<p>" + "\u00a0" * 50 + "</p>",
    "written soft hyphens": "&shy;",
    "ampersands": "&",
    "signs": "< > & ",
    "paragraphs": "<p>x</p>",
    "open paragraphs": "<p>x",
    "open lists": "<ul><li>",
    "open preformatted": "<pre>",
    "open formatting": "<b>x",
    "different formatting": "<font a=1></p>",
    "ends in comments": "<ul><!--</ul>-->",
    "ends in values": '<ul x="</ul>">',
    "tables": "<table><tr><td>",
    "headings": "<h1>x</h1>",
    "links": '<a href="https://x.example/?a=1&b=2" class="mention u-url">x</a>',
    "attributes": None,
}
_WHAT: Final[dict[str, Callable[[str], object]]] = {
    "sanitise": sanitise,
    "to_text": to_text,
    "consent_safe": consent_safe,
}


def _text(name: str, size: int) -> str:
    piece = _PIECES[name]
    if piece is None:
        return "<p" + "".join(f" a{number:05}" for number in range(size // 7)) + ">x"
    return piece * (size // len(piece))


def _milliseconds(clean: Callable[[str], object], html: str) -> float:
    found = []
    for _ in range(3):
        started = time.perf_counter()
        clean(html)
        found.append(time.perf_counter() - started)
    return min(found) * 1_000


def measure() -> dict[str, dict[str, list[float]]]:
    """Milliseconds by what is done, text, and size."""
    return {
        what: {
            name: [round(_milliseconds(clean, _text(name, size)), 2) for size in _SIZES]
            for name in _PIECES
        }
        for what, clean in _WHAT.items()
    }


def too_steep(figures: dict[str, dict[str, list[float]]]) -> list[str]:
    """What grew faster than its text."""
    return [
        f"{what} of {name}"
        for what, by_name in figures.items()
        for name, row in by_name.items()
        for index, (before, after) in enumerate(pairwise(row))
        if after > NOISE_MS and after > 1.5 * before * _SIZES[index + 1] / _SIZES[index] + NOISE_MS
    ]


def main() -> int:
    """Measure, print, judge."""
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps({"sizes": _SIZES, "milliseconds": figures}))
    else:
        for what, by_name in figures.items():
            print(f"{what:32}" + "".join(f"{size:>10,}" for size in _SIZES) + "  characters")
            for name, row in by_name.items():
                print(f"  {name:30}" + "".join(f"{value:>10.2f}" for value in row) + "  ms")
    steep = too_steep(figures)
    for line in steep:
        print(f"faster than linear: {line}", file=sys.stderr)
    return 1 if steep else 0


if __name__ == "__main__":
    sys.exit(main())
