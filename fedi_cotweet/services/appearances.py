"""How people here want pages to look: their profile and posts to everybody, and what their own eyes
need."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from fedi_cotweet.domain.colours import Tone, on_dark, on_light, read_colour
from fedi_cotweet.languages.negotiation import known
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.style_rules import compiled
from fedi_cotweet.services.views import PostView
from storage.engine import Tx
from storage.models import Actor, Appearance
from storage.queries import appearances as stored
from storage.queries import post_authors

ACCENTS: Final = ("", "blue", "violet", "plum", "red", "amber", "olive", "slate")
"""Colours that the style sheet has, each readable on light and on dark."""
SCHEMES: Final = ("", "light", "dark")
OWN: Final = "own"
"""Says ``accent-own`` on pages of whoever has a colour that the style sheet has not."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody's wishes (``storage.models.Appearance``)."""

    accent: str = ""
    scheme: str = ""
    still: bool = False
    language: str = ""
    style: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Dress:
    """How a page of somebody's looks to others.

    ``accent``: one of ``ACCENTS`` or ``OWN``. ``digest``: of the style sheet that is served for it,
    "" where there is none. ``styled``: whether it holds more than a colour. ``alone``: ids of the
    posts for which they stand alone.
    """

    accent: str
    digest: str
    styled: bool
    alone: frozenset[str]


def of(tx: Tx, account_id: int) -> Look:
    """What somebody here chose."""
    held = stored.of_account(tx, account_id)
    if held is None:
        return Look()
    return Look(held.accent, held.scheme, held.still, held.language, held.style, held.plain)


def dress_of(tx: Tx, actor: Actor, shown: Sequence[PostView]) -> Dress | None:
    """How a page of somebody here, with these posts, looks to others; None: as the house does.

    Words for which somebody else stands too, or did, are nobody's to style.
    """
    held = stored.of_account(tx, actor.id) if actor.local else None
    if held is None or not (held.accent or held.style):
        return None
    sheet = _sheet(held)
    own = [one for one in shown if [by.uri for by in one.authors] == [actor.uri]]
    others = post_authors.authors_of(tx, [int(one.id) for one in own])
    alone = (one.id for one in own if not others.get(int(one.id)) and not one.companions)
    accent = held.accent if held.accent in ACCENTS else OWN
    return Dress(accent, digest_of(sheet) if sheet else "", bool(_styles(held)), frozenset(alone))


def sheet_of(tx: Tx, account_id: int) -> str:
    """The style sheet of somebody's pages; "" if there is none."""
    held = stored.of_account(tx, account_id)
    return "" if held is None else _sheet(held)


def _sheet(held: Appearance) -> str:
    own = "" if held.accent in ACCENTS else coloured(held.accent, f".accent-{OWN}")
    return "\n".join(part for part in (own, _styles(held)) if part)


def _styles(held: Appearance) -> str:
    try:
        return compiled(held.style)
    except ServiceError:
        # What was possible once and is no longer: their words are shown as the house shows words.
        return ""


def coloured(accent: str, where: str) -> str:
    """Rules that give what ``where`` selects a colour, ``#rrggbb``, on light and on dark."""
    light, dark = _properties(on_light(accent)), _properties(on_dark(accent))
    inside = "" if where == ":root" else f" {where}"
    by_device = f":root:not(.scheme-light){inside} {{ {dark} }}"
    return "\n".join(
        (
            f"{where} {{ {light} }}",
            f"@media (prefers-color-scheme: dark) {{ {by_device} }}",
            f":root.scheme-dark{inside} {{ {dark} }}",
        )
    )


def _properties(tone: Tone) -> str:
    return f"--accent: {tone.accent}; --on-accent: {tone.on_accent}; --accent-wash: {tone.wash};"


def digest_of(sheet: str) -> str:
    """What names one version of a sheet in its address."""
    return hashlib.sha256(sheet.encode()).hexdigest()[:16]


def change(tx: Tx, account_id: int, look: Look) -> None:
    """Choose. Raises ``bad_choice`` and ``bad_style`` (422)."""
    own = look.accent not in ACCENTS
    if (own and read_colour(look.accent) != look.accent) or look.scheme not in SCHEMES:
        raise ServiceError("bad_choice", 422, "There is no such colour or scheme.")
    _check_language(look.language)
    compiled(look.style)
    stored.choose(tx, account_id, **asdict(look))


def speak(tx: Tx, account_id: int, language: str) -> None:
    """Choose the language of pages alone; ``""``: as their browser asks for. Raises
    ``bad_choice`` (422)."""
    _check_language(language)
    stored.choose(tx, account_id, language=language)


def _check_language(code: str) -> None:
    if code and not known(code):
        raise ServiceError("bad_choice", 422, "This server does not speak that language.")
