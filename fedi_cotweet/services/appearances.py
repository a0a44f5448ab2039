"""How people here want pages to look: the colour of their profile, and what their eyes need."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from fedi_cotweet.languages.negotiation import known
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.queries import appearances as stored

ACCENTS: Final = ("", "blue", "violet", "plum", "red", "amber", "olive", "slate")
"""Colours that the style sheet has, each readable on light and on dark."""
SCHEMES: Final = ("", "light", "dark")


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody's wishes (``storage.models.Appearance``)."""

    accent: str = ""
    scheme: str = ""
    still: bool = False
    language: str = ""


def of(tx: Tx, account_id: int) -> Look:
    """What somebody here chose."""
    held = stored.of_account(tx, account_id)
    return Look() if held is None else Look(held.accent, held.scheme, held.still, held.language)


def change(tx: Tx, account_id: int, look: Look) -> None:
    """Choose. Raises ``bad_choice`` (422)."""
    if look.accent not in ACCENTS or look.scheme not in SCHEMES:
        raise ServiceError("bad_choice", 422, "There is no such colour or scheme.")
    _check_language(look.language)
    stored.choose(tx, account_id, **asdict(look))


def speak(tx: Tx, account_id: int, language: str) -> None:
    """Choose the language of pages alone; ``""``: as their browser asks for. Raises
    ``bad_choice`` (422)."""
    _check_language(language)
    stored.choose(tx, account_id, language=language)


def _check_language(code: str) -> None:
    if code and not known(code):
        raise ServiceError("bad_choice", 422, "This server does not speak that language.")
