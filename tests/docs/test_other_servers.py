"""docs/explanation/other-servers.md: what it says is kept by a test is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, read
from tests.federation.test_golden_ordinary import TRAPS

PAGE = ROOT / "docs/explanation/other-servers.md"
_KEPT = re.compile(r"^\| .+ \| .+ \| `([^`]+)` \|$", re.MULTILINE)
_NAMED = re.compile(r"([\w/]+\.py)(?:::(\w+)(?:\[(.+)\])?)?")


@cache
def _tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )


@pytest.mark.parametrize("kept", sorted(set(_KEPT.findall(read(PAGE)))))
def test_every_test_that_is_said_to_keep_something_is_there(kept: str) -> None:
    named = _NAMED.fullmatch(kept)
    assert named
    file, test, case = named.groups()
    assert test is None or test in _tests(ROOT / file)
    assert _tests(ROOT / file)
    assert case is None or case in TRAPS


def test_every_row_names_what_keeps_it_and_every_trap_is_in_a_row() -> None:
    rows = [line for line in read(PAGE).splitlines() if line.startswith("| ")]
    told = [row for row in rows if not row.startswith(("| ---", "| It |", "| They |"))]
    assert len(told) == len(_KEPT.findall(read(PAGE)))
    assert {trap for trap in TRAPS if f"[{trap}]" not in read(PAGE)} == set()
