"""Dates, times and numbers as a language writes them (Unicode CLDR, by Babel)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal, format_percent

from fedi_cotweet.languages.catalogues import language
from fedi_cotweet.languages.reader import reader

_LAST_SECOND = 253_402_300_799  # the end of the year 9999, where datetime ends


def calendar(at: int) -> datetime:
    """``at`` (milliseconds) in UTC; whatever a remote server claims becomes a date."""
    return datetime.fromtimestamp(max(0, min(at // 1000, _LAST_SECOND)), UTC)


def day(at: int) -> str:
    """The day of a time in milliseconds: ``23 Nov 2026``."""
    return _written(at // 86_400_000 * 86_400_000, "yMMMd", reader().language.code)


def month(at: int) -> str:
    """The month: ``Nov 2026``."""
    return _written(at // 86_400_000 * 86_400_000, "yMMM", reader().language.code)


def full(at: int) -> str:
    """Day and minute, in UTC: ``23 Nov 2026, 14:05 UTC``."""
    clock = calendar(at).strftime("%H:%M")
    comma = ", " if reader().language.code != "ko" else " "
    return f"{day(at)}{comma}{clock} UTC"


def apart(at: int, now: int) -> str:
    """How far a time is from now: ``in 3 days``, ``2 hours ago``."""
    away = timedelta(seconds=(at - now) // 1000)
    return format_timedelta(away, add_direction=True, locale=_locale())


def number(value: float) -> str:
    """``1,234`` or ``1 234``."""
    if isinstance(value, int) and -1_000 < value < 1_000:
        return str(value)
    return format_decimal(value, locale=_locale())


def percent(share: float) -> str:
    """A share of 1 in whole percent: ``12%`` or ``12 %``."""
    return format_percent(share, format=None, locale=_locale())


@lru_cache(maxsize=4_096)
def _written(at: int, skeleton: str, code: str) -> str:
    return format_skeleton(skeleton, calendar(at), locale=language(code).locale)


def _locale() -> Locale:
    return reader().language.locale
