"""What parsing a stranger's HTML may cost, told beforehand in one pass of it.

An HTML parser and its serialiser are not linear. Measured in nh3 0.3.8, each of these is quadratic:

- the serialiser looks for the next character to escape with one search per sort of them, and each
  search may run to the end of the text: U+0080 to U+00BF (they begin with the octet of a no-break
  space) or ``&``, times the length of the text they stand in;
- tags are looked up in the stack of open elements: tags, times the depth;
- open formatting elements are repeated in every later paragraph;
- every attribute is compared with the others of its tag.

So each product is bounded. The estimates are never below what the parser meets.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

MAX_HTML: Final = 100_000
"""Characters. About 10 ms of ordinary HTML."""
MAX_TAGS: Final = 5_000
_MAX_TAG: Final = 16_000
_MAX_UNSPLIT: Final = 3 * _MAX_TAG
_MAX_ENTITIES: Final = 10_000
_MAX_SEARCHED: Final = 100_000_000
_MAX_LOOKED_UP: Final = 500_000
_MAX_REPEATED: Final = 300_000

_FORMATTING: Final = ("b", "code", "em", "i", "s", "strong", "u", "big", "font", "nobr", "small")
_FORMATTING_TAG = re.compile(
    rf"<(?:{'|'.join(_FORMATTING)}|strike|tt)([^a-z0-9-])", re.IGNORECASE | re.ASCII
)
_SCOPE_MARKER = re.compile(
    r"<(?:applet|caption|marquee|object|t[dh]|template)", re.IGNORECASE | re.ASCII
)
_HIDING = re.compile(
    r"<(?:[!?]|/[^a-z]|/?(?:script|style|textarea|title|xmp|i?frame|frameset|noembed|noframes"
    r"|noscript|plaintext|svg|math|template|select))",
    re.IGNORECASE | re.ASCII,
)
"""What may keep the parser from seeing a tag that follows."""
_TAG = re.compile(
    r"""<(/?)([a-z][^\ \t\n\f\r/>]*+)((?:[\ \t\n\f\r/]++
      | (?:=[^\ \t\n\f\r/>=]*+|[^\ \t\n\f\r/>=]++)
        (?:[\ \t\n\f\r]*+=[\ \t\n\f\r]*+
          (?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\ \t\n\f\r>"'][^\ \t\n\f\r>]*+)?)?)*+)""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
"""A tag as the HTML standard splits it, up to its ``>``."""
_VOID: Final = frozenset({"br", "img", "hr", "wbr", "input", "embed", "area", "source", "track"})
_ENDED_BY_THE_NEXT: Final = frozenset({"p", "li"})


def is_too_expensive(html: str) -> bool:
    """Whether ``html`` may cost more than a few milliseconds to parse and write again."""
    if len(html) > MAX_HTML:
        return True
    tags, entities = html.count("<"), html.count("&")
    if tags > MAX_TAGS or entities > _MAX_ENTITIES:
        return True
    return (
        _searched(html, entities) > _MAX_SEARCHED
        or _repeated(html, tags) > _MAX_REPEATED
        or _looked_up(html, tags) > _MAX_LOOKED_UP
    )


def _searched(html: str, entities: int) -> int:
    """Characters that the serialiser searches through."""
    if html.isascii() and not entities:
        return 0
    special = html.encode(errors="replace").count(b"\xc2") + entities
    if special * len(html) <= _MAX_SEARCHED:
        return 0
    borders = [-1, *(match.start() for match in re.finditer("<", html)), len(html)]
    return special * max(after - before for before, after in pairwise(borders))


def _repeated(html: str, tags: int) -> int:
    """Formatting elements that are written again."""
    # Elements alike in name and attributes are repeated three times at most, and a link ends the
    # link before it unless a table cell or the like lies between.
    open_at_most = 3 * (len(_FORMATTING) + 2) + sum(
        1 for match in _FORMATTING_TAG.finditer(html) if match[1] != ">"
    )
    if _SCOPE_MARKER.search(html):
        open_at_most += html.lower().count("<a")
    return open_at_most * tags


def _looked_up(html: str, tags: int) -> int:
    """Open elements that are looked at, or more than allowed for a tag that is too long."""
    deepest = depth_at_most(html)
    return _MAX_LOOKED_UP + 1 if deepest is None else deepest * tags


def depth_at_most(html: str) -> int | None:
    """How many elements are open at once at most, without repeated formatting; None if a tag is
    too long to count its attributes."""
    if _HIDING.search(html):
        # Where tags begin and end is only known to the parser: anything may be one.
        return html.count("<") if len(html) <= _MAX_UNSPLIT else None
    stack: list[str] = []
    deepest = 0
    for match in _TAG.finditer(html):
        end, name, attributes = match[1], match[2].lower(), match[3]
        if len(attributes) > _MAX_TAG:
            return None
        again = bool(stack) and stack[-1] == name
        if end and again:
            stack.pop()
        elif not end and name not in _VOID and not (again and name in _ENDED_BY_THE_NEXT):
            stack.append(name)
            deepest = max(deepest, len(stack))
    return deepest
