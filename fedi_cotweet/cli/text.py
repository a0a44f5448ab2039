"""Words for a terminal: text of strangers made harmless, times and durations for people."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser

from fedi_cotweet.domain.names import TURNING, holds_handle, one_line
from fedi_cotweet.domain.plurals import count

_SECOND = 1_000
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))
_SUFFIXES = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def plain(text: str) -> str:
    """Text of others, for a terminal: control characters cannot act, and are seen.

    An escape sequence could hide or repaint what somebody is asked to consent to; so could a
    change of the writing direction.
    """
    return "".join(_visible(character) for character in text)


def line(text: str) -> str:
    """As ``plain``, on one line, without what is not seen."""
    return one_line(plain(text))


def shown_name(name: str) -> str:
    """What a person calls themselves; "" if nothing is seen of it or it passes for a byline.

    A name with a handle in it would read, beside the person's own, as several people.
    """
    return "" if holds_handle(name) else one_line(name)


def _visible(character: str) -> str:
    if character in "\n\t":
        return character
    if character in TURNING:
        return f"<U+{ord(character):04X}>"
    if unicodedata.category(character) in {"Cc", "Cs"}:
        return "\N{REPLACEMENT CHARACTER}"
    return character


def moment(at: int) -> str:
    """A time in milliseconds since 1970, to the minute, in the zone of this machine."""
    try:
        local = datetime.fromtimestamp(at / _SECOND, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return "an unreadable time"
    return local.strftime("%Y-%m-%d %H:%M %Z")


def distance(at: int, now: int) -> str:
    """How far away a time is: ``in 6 days 23 hours``, ``3 minutes ago``, ``now``."""
    seconds = abs(at - now) // _SECOND
    parts: list[str] = []
    for unit, length in _UNITS:
        number, seconds = divmod(seconds, length)
        if number and len(parts) < 2:
            parts.append(count(number, unit))
        elif parts:
            break
    if not parts:
        return "in less than a minute" if at > now else "just now"
    return f"in {' '.join(parts)}" if at > now else f"{' '.join(parts)} ago"


def seconds_of(text: str) -> int | None:
    """A duration such as ``90m``, ``12h``, ``7d`` or ``2w`` in seconds; None when it is none."""
    found = re.fullmatch(r"([0-9]{1,6})([mhdw])", text.strip().lower())
    return int(found[1]) * _SUFFIXES[found[2]] if found else None


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._target: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._target, self._text = dict(attrs).get("href"), []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._target:
            self.found.append(("".join(self._text), self._target))
            self._target = None


def links(html: str) -> tuple[tuple[str, str], ...]:
    """The links of a sanitised post: (text, target), in order.

    The plain text shows only what a link calls itself; who consents should see where it leads.
    """
    parser = _Links()
    parser.feed(html)
    parser.close()
    return tuple(parser.found)
