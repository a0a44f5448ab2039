"""In which languages posts can be, by their names (Unicode CLDR, by Babel)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from babel import Locale

from fedi_cotweet.languages.reader import reader

_MORE = ("ckb", "csb", "gsw", "jbo", "kab", "nds", "sco", "szl", "tok", "zgh", "zh-Hans", "zh-Hant")
"""Besides those of ISO 639-1: what people write in on other servers."""


def choices(current: str = "") -> tuple[tuple[str, str], ...]:
    """Tags (BCP 47) and names in the reader's language, sorted by name. ``current`` is among them
    whatever it is, as a post may have come with a tag that nobody chooses here."""
    known = _named(reader().language.code)
    if not current or any(tag == current for tag, _ in known):
        return known
    return ((current, named(current)), *known)


def named(tag: str) -> str:
    """A language by its name, in the reader's language; the tag of one without a name."""
    return _name(tag, Locale.parse(reader().language.code)) or tag


@lru_cache
def _named(code: str) -> tuple[tuple[str, str], ...]:
    locale = Locale.parse(code)
    everything = map(str, Locale.parse("en").languages)
    tags = [tag for tag in everything if len(tag) == 2 and tag.isalpha()]
    found = {tag: _name(tag, locale) for tag in (*tags, *_MORE)}
    rows = [(tag, name) for tag, name in found.items() if name]
    return tuple(sorted(rows, key=lambda row: _without_marks(row[1])))


def _name(tag: str, locale: Locale) -> str:
    """With a capital where the language has them, as the first word of a line. From what is loaded:
    Babel itself would look for a file of the tag on the disk, within a request."""
    language, *rest = tag.split("-")
    name = locale.languages.get(language.lower())
    more = [locale.scripts.get(one.title()) or locale.territories.get(one.upper()) for one in rest]
    if not name or not all(more):
        return ""
    detail = f" ({', '.join(one for one in more if one)})" if more else ""
    return f"{name[:1].upper()}{name[1:]}{detail}"


def _without_marks(name: str) -> str:
    """For sorting: é with e."""
    letters = unicodedata.normalize("NFD", name)
    return "".join(one for one in letters if not unicodedata.combining(one)).casefold()
