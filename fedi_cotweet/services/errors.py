"""What a use case refuses, said so that a person knows what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


class ServiceError(Exception):
    """A use case was refused and changed nothing.

    ``code`` is stable and machine-readable, ``status`` the HTTP status that fits, ``safe`` what
    happened and ``fix`` what to do about it; both may be shown to the person who asked.
    """

    def __init__(self, code: str, status: int, safe: str, fix: str = "") -> None:
        super().__init__(f"{code}: {safe}")
        self.code = code
        self.status = status
        self.safe = safe
        self.fix = fix


_NAMES: Final = (
    "Name it by its id here, by the id of the invite to it, or by its address: {shown}. "
    "One that is elsewhere must be public, and its server must answer."
)
_HOW: Final[Mapping[str, str]] = {
    **dict.fromkeys(("post", "poll"), _NAMES.format(shown="timeline and show print them")),
    **dict.fromkeys(
        ("co-tweet", "draft", "co-authored post"),
        _NAMES.format(shown="drafts, invites and show print them"),
    ),
    "invitation": "Look at yours: fedi-cotweet invites    Name one by its id, or by the id or the "
    "address of the post.",
    "proposal": "Look at those of a post: fedi-cotweet proposals POST    Name one by its id, or by "
    "the id or the address of the post, if it is the only one that waits.",
    "comment": "Look at those on a draft: fedi-cotweet discuss POST",
}


def not_found(what: str) -> ServiceError:
    """Nothing there, or nothing this person may see: the two look the same."""
    fix = _HOW.get(what, "Check the address or id.")
    return ServiceError("not_found", 404, f"There is no such {what}.", fix)
