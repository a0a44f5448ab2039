"""Cases by id, in the order in which they are run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fedi_cotweet.conformance.kit import Kit

Body = Callable[["Kit"], Awaitable[None]]


class Severity(StrEnum):
    """How FEP-af48 says it."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Part(StrEnum):
    """What the server under test is in a case."""

    CO_AUTHOR = "co-author"
    PRIMARY = "primary author"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to try. ``title`` says what a server does that is right; ``section`` is FEP-af48's.

    ``lets_time_pass``: the clock of the server has to be moved, which not every driver can.
    ``run`` raises ``Failed`` or ``NotRun``, else the case has passed.
    """

    id: str
    section: str
    title: str
    part: Part
    severity: Severity
    run: Body
    lets_time_pass: bool = False


CASES: Final[dict[str, Case]] = {}


def case(
    key: str,
    section: str,
    part: Part,
    severity: Severity = Severity.MUST,
    *,
    lets_time_pass: bool = False,
) -> Callable[[Body], Body]:
    """Register a case; its title is the first line of the function's docstring."""

    def register(run: Body) -> Body:
        title = (run.__doc__ or "").strip().partition("\n")[0]
        add(Case(key, section, title, part, severity, run, lets_time_pass))
        return run

    return register


def add(made: Case) -> None:
    """Register a case that was made. Raises ``ValueError`` for an id taken, or no title."""
    if made.id in CASES or not made.title:
        raise ValueError(f"{made.id} is there already, or has no title")
    CASES[made.id] = made
