"""What the kit tries, by the part that the server under test plays in it."""

from __future__ import annotations

from fedi_cotweet.conformance.cases import (
    answers,
    changes,
    invitations,
    leaving,
    publication,
    reading,
)
from fedi_cotweet.conformance.cases.registry import CASES, Case, Part, Severity

__all__ = [
    "CASES",
    "Case",
    "Part",
    "Severity",
    "answers",
    "changes",
    "invitations",
    "leaving",
    "publication",
    "reading",
]
