"""Every outcome of a received activity, found by following the handlers into their services."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.docs.pages import ROOT

_CODE = re.compile(r"[a-z]+(_[a-z]+)*")
_ROOMS = ("federation/handlers", "services")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def outcomes() -> set[str]:
    """The codes that ``handle`` can log, but for refusals of ``activitypub`` (``.code``)."""
    modules = {
        f"{room}/{path.stem}": ast.parse(path.read_text(encoding="utf-8"))
        for room in _ROOMS
        for path in (ROOT / "fedi_cotweet" / room).glob("*.py")
    }
    functions = {
        (name, node.name): node
        for name, tree in modules.items()
        for node in tree.body
        if isinstance(node, Function)
    }
    wanted = [key for key in functions if key[0].startswith(_ROOMS[0])]
    found, seen = set[str](), set(wanted)
    while wanted:
        module, name = wanted.pop()
        node = functions[module, name]
        if _says_a_code(node):
            found |= {code for code in _returned(node) if _CODE.fullmatch(code)}
        names = _imported(modules[module])
        for call in ast.walk(node):
            if isinstance(call, ast.Call):
                key = _called(call.func, module, names)
                if key in functions and key not in seen and _says_a_code(functions[key]):
                    seen.add(key)
                    wanted.append(key)
    return found


def _says_a_code(node: Function) -> bool:
    said = ast.unparse(node.returns) if node.returns is not None else ""
    return said in ("str", "str | None", "tuple[int | None, str]", "tuple[Post, Collection] | str")


def _returned(node: Function) -> Iterator[str]:
    """Texts in what a function returns, and in what it assigns to the names it returns."""
    names = set[str]()
    for part in ast.walk(node):
        if isinstance(part, ast.Return) and part.value is not None:
            yield from _constants(part.value)
            parts = part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]
            names |= {name.id for name in parts if isinstance(name, ast.Name)}
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) in names:
            yield from _constants(part.value)


def _constants(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body)
            yield from _constants(orelse)
        case ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from _constants(part)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Local name → dotted name, of what a module imports from ours."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fedi_cotweet.")
        for alias in node.names
    }


def _called(func: ast.expr, module: str, names: dict[str, str]) -> tuple[str, str]:
    match func:
        case ast.Name(id=name) if name not in names:
            return module, name
        case ast.Name(id=name):
            where, _, name = names[name].rpartition(".")
        case ast.Attribute(value=ast.Name(id=holder), attr=name):
            where = names.get(holder, "")
        case _:
            return "", ""
    return where.removeprefix("fedi_cotweet.").replace(".", "/"), name
