"""What an author says of a picture: its description, and what stays in sight where it is cut."""

from __future__ import annotations

import re
from typing import Final

from activitypub.documents.looks import Focal, read_focal_point
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError

MOST_ALT: Final = 1_500
_NUMBER = re.compile(r"[+-]?(\d{1,3}(\.\d{0,20})?|\.\d{1,20})", re.ASCII)


def check_alt(text: str) -> str:
    """A description that can be sent, or ``bad_alt`` (422)."""
    if len(text) > MOST_ALT or "\0" in text:
        raise ServiceError(
            "bad_alt",
            422,
            say("The description has more than {most} characters.", most=MOST_ALT),
            "Shorten it.",
        )
    return text


def read_focus(text: str) -> Focal:
    """The focal point in ``x,y``, to four decimals, or ``bad_focus`` (422)."""
    parts = [part.strip() for part in text.split(",")]
    numbers = [round(float(part), 4) + 0.0 for part in parts if _NUMBER.fullmatch(part)]
    focal = read_focal_point(numbers) if len(numbers) == len(parts) else None
    if focal is None:
        raise ServiceError(
            "bad_focus",
            422,
            say("“{text}” is no point of a picture.", text=text[:60]),
            "Write x,y: each from -1 (left, bottom) to 1 (right, top). 0,0 is the middle.",
        )
    return focal
