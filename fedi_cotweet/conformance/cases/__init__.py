"""What the kit tries, by the part that the server under test plays in it."""

from __future__ import annotations

from fedi_cotweet.conformance.cases import (
    answers,
    changes,
    consent,
    invitations,
    inviting,
    leaving,
    publication,
    reading,
    unnaming,
)
from fedi_cotweet.conformance.cases.registry import CASES, Case, Part, Severity

__all__ = [
    "CASES",
    "Case",
    "Part",
    "Severity",
    "answers",
    "changes",
    "consent",
    "invitations",
    "inviting",
    "leaving",
    "publication",
    "reading",
    "unnaming",
]
