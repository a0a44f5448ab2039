"""What there is to say, in each language."""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE: Final = "en"
"""The language that texts are written in; it needs no catalogue."""

NAMES: Final = {"en": "English", "fr": "Français", "ko": "한국어"}
"""The languages of the pages, each by its own name, as choosers list them."""

_LOCALES: Final = {"en": "en_GB"}
"""Whose dates and numbers a language has, where it alone does not say."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages. ``code`` is its tag (BCP 47), ``direction`` ltr or rtl."""

    code: str
    name: str
    direction: str
    locale: Locale
    texts: gettext.NullTranslations


def catalogue_file(code: str) -> Path:
    """Where the translations into a language are."""
    return Path(__file__).with_name(f"{code}.po")


@cache
def language(code: str) -> Language:
    """One of ``NAMES``. Raises ``KeyError`` for another."""
    name = NAMES[code]
    locale = Locale.parse(_LOCALES.get(code, code))
    return Language(code, name, locale.text_direction, locale, _texts(code))


def load() -> None:
    """Read all catalogues now, so that no request waits for a disk."""
    for code in NAMES:
        language(code)


def _texts(code: str) -> gettext.NullTranslations:
    if code == SOURCE:
        return gettext.NullTranslations()
    with catalogue_file(code).open("rb") as file:
        catalogue = read_po(file, locale=code, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
