"""Every query is asked by somebody, and tested."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUERIES = ROOT / "storage" / "queries"

ASKED_BY_NOBODY = {
    "hosts.set_software",
}
"""Nothing may come in here without a reason; what is in use again has to go."""


def queries() -> list[tuple[str, str]]:
    """(module, name) of all public functions."""
    return [
        (path.stem, node.name)
        for path in sorted(QUERIES.glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def mentioned(folder: str) -> set[tuple[str, str]]:
    """Which functions the modules of a folder refer to: (module, name), aliases resolved."""
    return {
        name
        for path in (ROOT / folder).rglob("*.py")
        for name in _mentioned(ast.parse(path.read_text(encoding="utf-8")), path)
    }


def _mentioned(tree: ast.Module, path: Path) -> Iterator[tuple[str, str]]:
    modules: dict[str, str] = {}
    names: dict[str, tuple[str, str]] = {}
    if path.parent == QUERIES:
        own = (node for node in tree.body if isinstance(node, ast.FunctionDef))
        names = {node.name: (path.stem, node.name) for node in own}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or node.module is None:
            continue
        for name in node.names:
            if node.module == "storage.queries":
                modules[name.asname or name.name] = name.name
            elif node.module.startswith("storage.queries."):
                names[name.asname or name.name] = (node.module.rpartition(".")[2], name.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id]
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        ):
            yield modules[node.value.id], node.attr


def unmentioned(*folders: str) -> set[str]:
    """The queries that none of the folders refers to."""
    known = {name for folder in folders for name in mentioned(folder)}
    return {f"{module}.{name}" for module, name in queries() if (module, name) not in known}


def test_no_query_is_there_for_nobody() -> None:
    assert unmentioned("fedi_cotweet", "storage") == ASKED_BY_NOBODY


def test_every_query_of_the_application_is_tested() -> None:
    # What only other queries use, such as ``rows``, is tested through them.
    asked = {f"{module}.{name}" for module, name in mentioned("fedi_cotweet")}
    assert unmentioned("tests/storage") & asked == set()
