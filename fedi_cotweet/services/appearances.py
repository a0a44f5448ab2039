"""How people here want pages to look: the colour of their profile, and what their eyes need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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


def of(tx: Tx, account_id: int) -> Look:
    """What somebody here chose."""
    held = stored.of_account(tx, account_id)
    return Look() if held is None else Look(held.accent, held.scheme, held.still)


def change(tx: Tx, account_id: int, look: Look) -> None:
    """Choose. Raises ``bad_choice`` (422)."""
    if look.accent not in ACCENTS or look.scheme not in SCHEMES:
        raise ServiceError("bad_choice", 422, "There is no such colour or scheme.")
    stored.choose(tx, account_id, accent=look.accent, scheme=look.scheme, still=look.still)
