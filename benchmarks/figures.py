"""Figures of several runs, side by side: ours, the ceiling of the same minutes, the ratio."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of one side. ``cpu_us`` is per operation, of the measured process alone."""

    operations: int
    seconds: float
    cpu_us: float | None
    p95_ms: float | None = None
    """The time within which 95 of 100 answers came, where that was measured."""

    @property
    def rate(self) -> float:
        """Operations per second of wall time."""
        return self.operations / self.seconds


@dataclass(frozen=True, slots=True)
class Comparison:
    """All runs of one scenario. ``unit`` is what one operation is."""

    name: str
    unit: str
    ours: tuple[Run, ...]
    ceiling: tuple[Run, ...]

    @property
    def ratio(self) -> float:
        """Median rate of ours by median rate of the ceiling: 1 would be as fast as possible."""
        return _rate(self.ours) / _rate(self.ceiling)

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ratio": round(self.ratio, 3),
            "ours": _side(self.ours),
            "ceiling": _side(self.ceiling),
        }


def _rate(runs: Sequence[Run]) -> float:
    return statistics.median(run.rate for run in runs)


def _cpu(runs: Sequence[Run]) -> float | None:
    found = [run.cpu_us for run in runs if run.cpu_us is not None]
    return statistics.median(found) if found else None


def _p95(runs: Sequence[Run]) -> float | None:
    found = [run.p95_ms for run in runs if run.p95_ms is not None]
    return statistics.median(found) if found else None


def _side(runs: Sequence[Run]) -> dict[str, Any]:
    cpu = _cpu(runs)
    return {
        "per_second": round(_rate(runs), 1),
        "cpu_us": None if cpu is None else round(cpu, 1),
        "p95_ms": _p95(runs),
        "seconds": round(statistics.median(run.seconds for run in runs), 4),
        "runs": [asdict(run) for run in runs],
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was: rates of a shared machine vary."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cpus": os.cpu_count(),
        "load": [round(number, 2) for number in os.getloadavg()],
    }


def show(
    benchmark: str,
    parameters: Mapping[str, Any],
    comparisons: Sequence[Comparison],
    checks: Sequence[str],
    *,
    as_json: bool,
) -> None:
    """Print everything, for people or as one JSON document. ``checks`` say what was found true."""
    if as_json:
        document = {
            "benchmark": benchmark,
            "machine": machine(),
            "parameters": dict(parameters),
            "results": [comparison.document() for comparison in comparisons],
            "checks": list(checks),
        }
        print(json.dumps(document))
        return
    console = Console(highlight=False, width=None if os.isatty(1) else 100)
    table = Table(title=f"{benchmark}: medians", title_justify="left", title_style="bold")
    table.add_column("")
    timed = any(_p95(comparison.ours) is not None for comparison in comparisons)
    last = "p95 ms" if timed else "ms in all"
    for title in ("per second", "CPU µs each", last, "ratio"):
        table.add_column(title, justify="right")
    for comparison in comparisons:
        for name, runs, ratio in (
            (f"{comparison.name}: fedi_cotweet", comparison.ours, f"{comparison.ratio:.2f}"),
            ("  its ceiling", comparison.ceiling, "1"),
        ):
            cpu = _cpu(runs)
            seconds = statistics.median(run.seconds for run in runs)
            p95 = _p95(runs)
            table.add_row(
                name,
                f"{_rate(runs):,.0f}",
                "–" if cpu is None else f"{cpu:,.0f}",
                f"{seconds * 1000:,.0f}" if p95 is None else f"{p95:,.1f}",
                ratio,
                style="bold" if runs is comparison.ours else "dim",
            )
    console.print(table)
    for comparison in comparisons:
        rates = ", ".join(f"{run.rate:,.0f}" for run in comparison.ours)
        others = ", ".join(f"{run.rate:,.0f}" for run in comparison.ceiling)
        console.print(f"{comparison.name}, {comparison.unit}/s of each run: {rates}; {others}")
    console.print(*(f"✓ {check}" for check in checks), sep="\n", style="green")
    facts = machine()
    console.print(
        f"{facts['cpus']} CPUs, load {facts['load']}, Python {facts['python']}; "
        + ", ".join(f"{name} {value}" for name, value in parameters.items()),
        style="dim",
    )
