"""Whether a text holds what a reader filters, as Mastodon looks for it.

Keywords are looked for as they are, never as patterns: no keyword and no text takes longer than
its length. Case, width and the number of spaces make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

CONTEXTS: Final = ("home", "notifications", "public", "thread", "account")
"""Where a filter can hold: ``home`` is lists too, ``public`` hashtags too."""
ACTIONS: Final = ("warn", "hide", "blur")
"""``hide``: it is not shown at all. ``blur``: its pictures are hidden behind a warning."""
LOOKED_AT: Final = 20_000
"""Characters of a post that are searched."""
_EDGE: Final = "\0"
"""Stands on both sides of each word."""
_CONTINUOUS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Scripts that put no spaces between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese): between
any two of their characters a word may end."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword ready to be looked for; ``typed`` as its owner wrote it."""

    typed: str
    needle: str
    whole: bool


def keyword(typed: str, *, whole: bool) -> Keyword:
    """Make a keyword ready. As in Mastodon, ``whole`` asks for the edge of a word only on a side
    where the keyword itself has a character of one."""
    bare = folded(typed)
    return Keyword(typed, _marked(bare) if whole else bare, whole)


class Haystack:
    """The texts of one post, made ready once for all keywords."""

    __slots__ = ("_bare", "_marked")

    def __init__(self, texts: Iterable[str]) -> None:
        # No keyword holds a line feed: none goes over from one text into the next.
        whole = "\n".join(folded(text[:LOOKED_AT]) for text in texts if text)
        self._bare = whole[:LOOKED_AT]
        self._marked: str | None = None

    def holds(self, wanted: Keyword) -> bool:
        """Whether the keyword is in one of the texts."""
        if not wanted.whole:
            return bool(wanted.needle) and wanted.needle in self._bare
        if self._marked is None:
            self._marked = _marked(self._bare)
        return bool(wanted.needle) and wanted.needle in self._marked


def folded(text: str) -> str:
    """A text as it is compared."""
    plain = unicodedata.normalize("NFKC", text.replace(_EDGE, " ")).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def _marked(text: str) -> str:
    return _words().sub(rf"{_EDGE}\g<0>{_EDGE}", text)


@cache
def _words() -> re.Pattern[str]:
    """A word. Python's ``\\w`` has no vowel signs, without which Hindi is cut to pieces."""
    marks = _ranges(
        code
        for code in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0))
        if unicodedata.category(chr(code)).startswith("M")
    )
    one = rf"[{_CONTINUOUS}][{marks}]*"
    return re.compile(rf"{one}|(?:(?![{_CONTINUOUS}])[\w{marks}])+")


def _ranges(codes: Iterable[int]) -> str:
    found: list[list[int]] = []
    for code in codes:
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in found)
