"""What became of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Failed(Exception):  # noqa: N818 - a finding about another server, not an error of ours
    """The server under test did something else. The text says what was seen."""


class NotRun(Exception):  # noqa: N818
    """The case could not be tried; the text says why."""


class State(StrEnum):
    """Never ``PASSED`` unless it was seen."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report. ``seconds`` is how long it took."""

    id: str
    part: str
    section: str
    severity: str
    title: str
    state: State
    why: str
    seconds: float

    def document(self) -> Mapping[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "part": self.part,
            "section": self.section,
            "severity": self.severity,
            "title": self.title,
            "state": self.state.value,
            "why": self.why,
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All results of a run against one actor. ``left``: what could not be put back after it."""

    target: str
    results: tuple[Result, ...]
    seconds: float
    left: str = ""

    def of(self, state: State) -> tuple[Result, ...]:
        """The results of one state."""
        return tuple(result for result in self.results if result.state is state)

    @property
    def failed(self) -> tuple[Result, ...]:
        """What the server did otherwise."""
        return self.of(State.FAILED)

    @property
    def conforms(self) -> bool:
        """Whether nothing that was tried failed, and something was tried."""
        return not self.failed and bool(self.of(State.PASSED))

    def counts(self) -> dict[str, int]:
        """How many results of each state there are."""
        return {state.value: len(self.of(state)) for state in State}

    def document(self) -> Mapping[str, Any]:
        """As JSON."""
        return {
            "target": self.target,
            "conforms": self.conforms,
            "counts": self.counts(),
            "seconds": round(self.seconds, 1),
            "left": self.left,
            "results": [result.document() for result in self.results],
        }
