"""Why something was not done, in words for a page."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.languages import wording
from fedi_cotweet.services.errors import ServiceError

_COMMAND: Final = "fedi-cotweet "


def said(error: ServiceError | None) -> str:
    """What happened and what to do about it; "" if nothing did."""
    return "" if error is None else f"{wording.said(error.safe)} {fix(error)}".strip()


def fix(error: ServiceError) -> str:
    """What to do about it, as far as a page can tell: whole sentences before one that names a
    command."""
    before, found, _ = wording.said(error.fix).partition(_COMMAND)
    return before[: max(before.rfind(end) + 1 for end in ".!?")] if found else before
