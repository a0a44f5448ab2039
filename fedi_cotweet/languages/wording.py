"""Texts that code makes before it is known who will read them, such as why something was refused.

``say`` gives plain English, which programs and logs get, and remembers what it was made of, so that
a page can say the same in its reader's language (``said``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from fedi_cotweet.languages.reader import gettext


class Said(str):
    """A text in English with its values in their places. ``template`` has ``{name}`` for each."""

    template: str
    values: Mapping[str, object]

    __slots__ = ("template", "values")

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        made = super().__new__(cls, template.format_map(values))
        made.template = template
        made.values = values
        return made


def say(template: str, /, **values: object) -> str:
    """A text in English. What stands in it as ``{name}`` is given by name."""
    return Said(template, values)


def said(text: str) -> str:
    """A text of ``say``, or one that stands in the code as it is, in the reader's language."""
    if isinstance(text, Said):
        return gettext(text.template).format_map(
            {
                name: said(value) if isinstance(value, str) else value
                for name, value in text.values.items()
            }
        )
    return gettext(text) if text else ""


def mark(text: str) -> str:
    """``text`` as it is: marks one that is translated where it is shown, by ``said``."""
    return text


WORDS: Final = ("_", "gettext", "say", "mark")
"""The names by which code marks one text for translation."""
