"""A server with a fault is told so, by exactly the cases that are about it.

A few in every run; all of them with ``make faults``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fedi_cotweet.conformance.cases import CASES
from fedi_cotweet.conformance.outcomes import State
from fedi_cotweet.conformance.running import Plan, choose, free_places, run
from fedi_cotweet.conformance.waiting import Waits
from tests.conformance.faults import FAULTS
from tests.conformance.target import open_target

ALWAYS = ("takes_any_deadline", "shows_drafts")
"""These are tried in every run, with the cases that name them and their neighbours."""

ALL = "COTWEET_FAULTS" in os.environ


@pytest.mark.parametrize("name", [*FAULTS] if ALL else [*ALWAYS])
@pytest.mark.timeout(400)
async def test_a_fault_is_named_by_exactly_the_cases_about_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FAULTS[name]
    cases = choose(fault.run if ALL else (*fault.named_by, "offer.shown", "answer.published"))
    waits = Waits(patience=6 if ALL else 20, grace=0.5)
    fault.seed(monkeypatch)
    async with open_target(tmp_path / "data") as tried:
        plan = Plan(free_places(), waits, seconds=350)
        report = await run(tried.actor, tried.driver(), plan, cases)
    failed = {result.id: result.why for result in report.results if result.state is State.FAILED}
    beside = {key: failed[key] for key in failed.keys() - fault.named_by}
    assert not beside, "named it, and should not"
    assert not fault.named_by - failed.keys(), "should have named it"


def test_there_are_many_faults_and_each_is_about_something() -> None:
    assert len(FAULTS) >= 30
    for name, fault in FAULTS.items():
        assert fault.named_by, name
        assert fault.named_by <= CASES.keys(), name
        assert fault.named_by <= {case.id for case in choose(fault.run)}, name


def test_every_part_has_faults() -> None:
    named = set().union(*(fault.named_by for fault in FAULTS.values()))
    assert {CASES[key].part for key in named} == {case.part for case in CASES.values()}
