"""Which refusals an endpoint can end in, read from the code that it calls.

It follows names from function to function, so it may name a code that this endpoint cannot reach;
it does not miss one that is written where it happens.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from fedi_cotweet.api.calls import Call

Code = tuple[int, str]

OURS: Final = "fedi_cotweet."
FOUND_ELSEWHERE: Final[dict[str, frozenset[Code]]] = {
    "find_actor": frozenset({(422, "bad_handle"), (404, "no_such_actor")}),
}
"""What is given to the API as a function (see ``Site``)."""


def refusals_of(endpoint: Callable[..., Any]) -> frozenset[Code]:
    """(status, code) of everything it may be refused with, itself or by what it calls."""
    return frozenset(code for function in _reached(endpoint) for code in _look(function)[0])


def reaches(endpoint: Callable[..., Any], function: Callable[..., Any]) -> bool:
    """Whether it may call this function of ours."""
    return function in _reached(endpoint)


@cache
def _reached(endpoint: Callable[..., Any]) -> frozenset[Any]:
    seen: set[Any] = set()
    todo: list[Any] = [endpoint]
    while todo:
        function = todo.pop()
        if function not in seen:
            seen.add(function)
            todo += _look(function)[1]
    return frozenset(seen)


@cache
def _look(function: Any) -> tuple[frozenset[Code], tuple[Any, ...]]:
    """The codes in one function, and the functions of ours that it names."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = vars(sys.modules[function.__module__])
    codes: set[Code] = set()
    called: list[Any] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            codes |= set(_code(node))
        if isinstance(node, ast.Attribute):
            codes |= FOUND_ELSEWHERE.get(node.attr, frozenset())
        if isinstance(node, ast.Name | ast.Attribute):
            called += [thing for thing in _named(node, names, function) if _is_ours(thing)]
    return frozenset(codes), tuple(called)


def _code(call: ast.Call) -> Iterator[Code]:
    what = ast.unparse(call.func)
    if what == "ServiceError" and len(call.args) > 1:
        first, second = call.args[:2]
        if isinstance(first, ast.Constant) and isinstance(second, ast.Constant):
            yield int(str(second.value)), str(first.value)
    elif what.endswith("HTTPRequestEntityTooLarge"):
        yield 413, "too_large"


def _named(node: ast.Name | ast.Attribute, names: dict[str, Any], where: Any) -> Iterator[Any]:
    if isinstance(node, ast.Name):
        yield names.get(node.id)
        return
    base = node.value
    if isinstance(base, ast.Name):
        if isinstance(names.get(base.id), types.ModuleType):
            yield getattr(names[base.id], node.attr, None)
        elif base.id == "call":
            yield vars(Call).get(node.attr)
        elif base.id == "self":
            owner = names.get(where.__qualname__.partition(".")[0])
            yield vars(owner).get(node.attr) if inspect.isclass(owner) else None


def _is_ours(thing: Any) -> bool:
    return inspect.isfunction(thing) and thing.__module__.startswith(OURS)
