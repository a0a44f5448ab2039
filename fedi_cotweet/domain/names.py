"""Names that people give themselves, made harmless: what nobody can see is not part of a name."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that change the writing direction of the text around them."""

_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols that look like a space, and are none."""

_SHAPING: Final = frozenset(
    chr(code)
    for first, last in (
        (0x180B, 0x180D),
        (0x200C, 0x200D),
        (0xFE00, 0xFE0F),
        (0xE0020, 0xE007F),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
"""Unseen, but parts of emoji and of words in some scripts."""

_UNSEEN: Final = frozenset("\u034f\u17b4\u17b5\u180f\U00016fe4")
"""Without a width, as are the categories of control and format characters."""


def one_line(text: str) -> str:
    """``text`` with single spaces between its words, and nothing else that is not seen.

    Stops a gap made of blank look-alikes, behind which a name could go on as another's byline. ""
    for a text of which nothing is seen.
    """
    return _one_line_before(text) if len(text) <= _REMEMBERED else _one_line(text)


def _one_line(text: str) -> str:
    kept: list[str] = []
    for character in text:
        if character.isspace() or character in _BLANK:
            kept.append(" ")
        elif character in _SHAPING:
            # Only where they can shape something: after a character that is not ASCII.
            if kept and not kept[-1].isascii() and kept[-1] != character:
                kept.append(character)
        elif character not in _UNSEEN and unicodedata.category(character) not in {"Cc", "Cf", "Cs"}:
            kept.append(character)
    return " ".join("".join(kept).split())


_REMEMBERED: Final = 200
"""Characters of names that are kept in memory as they were read: the same are shown often."""
_one_line_before = lru_cache(maxsize=4_096)(_one_line)


def holds_handle(name: str) -> bool:
    """Whether something in ``name`` can be taken for a handle (``@bob``), also in wide letters."""
    plain = one_line(unicodedata.normalize("NFKC", one_line(name)))
    return any(sign == "@" and not following.isspace() for sign, following in pairwise(plain))
