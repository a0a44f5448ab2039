"""Which language a browser asks for.

Source: RFC 9110, 12.5.4 (Accept-Language) and RFC 4647, 3.4 (lookup: ``fr-CA`` is served ``fr``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from fedi_cotweet.languages.catalogues import NAMES

_RANGE: Final = re.compile(
    r"([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.IGNORECASE,
)
_LONGEST: Final = 500
"""Characters of a header that are looked at."""


@lru_cache(maxsize=1_024)
def accepted(header: str, default: str) -> str:
    """The language of ours that a header likes best, the earlier of two it likes alike. ``default``
    where it names none of ours; also for ``*``, which means: no matter."""
    best, found = 0.0, default
    refused: set[str] = set()
    for entry in header[:_LONGEST].split(","):
        match = _RANGE.fullmatch(entry.strip())
        if match is None:
            continue
        tag, quality = match[1].lower(), float(match[2] or 1)
        code = default if tag == "*" else tag.partition("-")[0]
        if code not in NAMES:
            continue
        if quality == 0:
            refused.add(tag)
        elif quality > best and tag not in refused:
            best, found = quality, code
    return found


def known(code: str | None) -> str:
    """``code`` if it is a language of ours, otherwise ""."""
    return code if code is not None and code in NAMES else ""
