"""The API's JSON back into the views it was made of."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar

from fedi_cotweet.cli.client import CommandError

V = TypeVar("V")


class _MisfitError(Exception):
    """A member is missing or of another type; the text is its path."""


def read_view(view: type[V], document: object) -> V:
    """An instance of a view's dataclass. Members it does not know are ignored.

    Raises ``CommandError`` naming the member that does not fit.
    """
    try:
        return typing.cast("V", _read(view, document, view.__name__))
    except _MisfitError as error:
        raise CommandError(
            "bad_answer",
            f"The server's answer is not what this command expects (at {error}).",
            "Check that the server and fedi-cotweet are of the same version.",
        ) from None


def read_list(view: type[V], document: Mapping[str, Any], member: str) -> tuple[V, ...]:
    """The views listed under a member."""
    found = document.get(member)
    if not isinstance(found, list):
        raise CommandError("bad_answer", f'The server\'s answer has no list "{member}".')
    return tuple(read_view(view, item) for item in found)


def _read(hint: Any, value: object, path: str) -> object:
    origin = typing.get_origin(hint)
    if origin in {types.UnionType, typing.Union}:
        if value is None and type(None) in typing.get_args(hint):
            return None
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
        return _read(hint, value, path)
    if origin is tuple:
        return _read_tuple(typing.get_args(hint), value, path)
    if is_dataclass(hint):
        return _read_members(typing.cast("type", hint), value, path)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise _MisfitError(path)
    return value


def _read_tuple(parts: tuple[Any, ...], value: object, path: str) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise _MisfitError(path)
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(_read(parts[0], item, f"{path}[{n}]") for n, item in enumerate(value))
    if len(parts) != len(value):
        raise _MisfitError(path)
    return tuple(_read(part, item, path) for part, item in zip(parts, value, strict=True))


def _read_members(view: type, value: object, path: str) -> object:
    if not isinstance(value, dict):
        raise _MisfitError(path)
    hints = typing.get_type_hints(view)
    members: dict[str, object] = {}
    for item in fields(view):
        if item.name in value:
            members[item.name] = _read(hints[item.name], value[item.name], f"{path}.{item.name}")
        elif item.default is MISSING and item.default_factory is MISSING:
            raise _MisfitError(f"{path}.{item.name}")
    make: Callable[..., object] = view
    return make(**members)
