"""Texts that code makes before it is known who will read them: why something was refused, what
somebody is told of.

``say`` and ``say_count`` give plain English, which programs and logs get, and remember what it was
made of, so that a page can say the same in its reader's language (``said``), also when the text was
kept in between (``parts``, ``joined``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from fedi_cotweet.languages import numbers
from fedi_cotweet.languages.reader import gettext, ngettext


class Said(str):
    """A text in English with its values in their places.

    ``one`` has ``{name}`` for each; ``many`` is its plural, chosen by the value ``count``, or "" of
    a text that counts nothing.
    """

    one: str
    many: str
    values: Mapping[str, object]

    __slots__ = ("many", "one", "values")

    def __new__(cls, one: str, many: str, values: Mapping[str, object]) -> Self:
        text = many if many and values["count"] != 1 else one
        made = super().__new__(cls, text.format_map(values) if values else text)
        made.one = one
        made.many = many
        made.values = values
        return made


def say(text: str, /, **values: object) -> str:
    """A text in English. What stands in it as ``{name}`` is given by name.

    On pages whole numbers are written as the language does: what is no count (an id) is given as
    text. Texts are put in as they are; only those of ``say`` are translated too.
    """
    return Said(text, "", values)


def say_count(one: str, many: str, /, count: int, **values: object) -> str:
    """The form of a text that goes with ``count`` things, which is ``{count}`` in it."""
    return Said(one, many, {"count": count, **values})


def run_on(texts: Sequence[str], between: str = "") -> str:
    """Texts one after the other, to be said each by itself."""
    values = {f"text_{number}": text for number, text in enumerate(texts)}
    return Said(between.join(f"{{{name}}}" for name in values), "", values)


def said(text: str) -> str:
    """A text of ``say``, or one that stands in the code as it is, in the reader's language."""
    if not isinstance(text, Said):
        return gettext(text) if text else ""
    count = text.values.get("count")
    if text.many and isinstance(count, int):
        found = ngettext(text.one, text.many, count)
    else:
        found = gettext(text.one)
    written = {name: _written(value) for name, value in text.values.items()}
    return found.format_map(written) if written else found


def parts(text: str) -> dict[str, Any] | None:
    """What a text was made of, as JSON; None of one that stands in the code as it is."""
    if not isinstance(text, Said):
        return None
    values = {
        name: parts(value) if isinstance(value, Said) else value
        for name, value in text.values.items()
    }
    return {"one": text.one, "many": text.many, "values": values}


def joined(text: str, made_of: Mapping[str, Any] | None) -> str:
    """A text that was kept with its ``parts``."""
    if made_of is None:
        return text
    values = {
        name: joined("", value) if isinstance(value, dict) else value
        for name, value in made_of["values"].items()
    }
    return Said(made_of["one"], made_of["many"], values)


def mark(text: str) -> str:
    """``text`` as it is: marks one that is translated where it is shown, by ``said``."""
    return text


def _written(value: object) -> object:
    if isinstance(value, Said):
        return said(value)
    if isinstance(value, int | float):
        return numbers.number(value)
    return value


WORDS: Final = ("_", "gettext", "say", "mark")
"""The names by which code marks one text for translation; with its plural: ``say_count``."""
