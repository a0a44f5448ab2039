"""The threat model: every test that it names is there."""

from __future__ import annotations

import ast
import re

from tests.docs.pages import ROOT

PAGE = ROOT / "docs/explanation/threats.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_threat_model_names_exists() -> None:
    lost = []
    for path, name in NAMED.findall(PAGE.read_text(encoding="utf-8")):
        file = ROOT / path
        tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        if not any(isinstance(node, functions) and node.name == name for node in tree.body):
            lost.append(f"{path}::{name}")
    assert lost == []


def test_every_row_of_the_threat_model_names_a_test() -> None:
    rows = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| Attack", "| ---"))
    ]
    assert len(rows) > 50
    assert [row for row in rows if not NAMED.search(row)] == []


def test_every_further_forgery_is_in_the_threat_model() -> None:
    page = PAGE.read_text(encoding="utf-8")
    file = ROOT / "tests/federation/test_further_forgery.py"
    tried = re.findall(r"^async def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert [name for name in tried if name not in page] == []
