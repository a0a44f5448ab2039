"""What a use case refuses, said so that a person knows what happened and what to do."""

from __future__ import annotations


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


def not_found(what: str) -> ServiceError:
    """Nothing there, or nothing this person may see: the two look the same."""
    return ServiceError("not_found", 404, f"There is no such {what}.", "Check the address or id.")
