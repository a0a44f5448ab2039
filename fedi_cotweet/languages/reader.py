"""In which language whoever reads a page gets it, for all code that answers their request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from fedi_cotweet.languages.catalogues import SOURCE, Language, language


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a page is for. ``path``: where they are, with its query; "" if it cannot be read."""

    language: Language
    path: str = ""


_reader: ContextVar[Reader | None] = ContextVar("reader", default=None)


def reader() -> Reader:
    """Whom the page is for that is made now; outside of requests somebody who reads English."""
    return _reader.get() or Reader(language(SOURCE))


def speak(code: str, path: str = "") -> None:
    """From here on, in this request, texts are in a language (of ``catalogues.NAMES``)."""
    _reader.set(Reader(language(code), path))


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Texts in a language of ``catalogues.NAMES`` for a while; ``""``: in English."""
    token = _reader.set(Reader(language(code or SOURCE)))
    try:
        yield
    finally:
        _reader.reset(token)


def gettext(text: str) -> str:
    """``text`` in the reader's language."""
    return reader().language.texts.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a text that goes with ``count`` things, in the reader's language."""
    return reader().language.texts.ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """A text that means different things in different places."""
    return reader().language.texts.pgettext(context, text)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """Both of it."""
    return reader().language.texts.npgettext(context, one, many, count)
