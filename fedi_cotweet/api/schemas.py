"""JSON Schema (2020-12) of what this API takes and answers, from the dataclasses behind it."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final

from fedi_cotweet.api.members import LONGEST_TEXT, MOST_ENTRIES

REFERENCES: Final = "#/components/schemas/"
_PLAIN: Final[Mapping[Any, Mapping[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Any: {},
    object: {},
}


class Schemas:
    """Schemas of dataclasses by name; each is added when something refers to it."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}

    def answered(self, shape: Any) -> dict[str, Any]:
        """The schema of a view, of a type, of a mapping of names to such, of a list of one."""
        if isinstance(shape, list):
            return {"type": "array", "items": self.answered(shape[0])}
        if isinstance(shape, Mapping):
            members = {name: self.answered(part) for name, part in shape.items()}
            return {"type": "object", "properties": members, "required": list(members)}
        origin, parts = typing.get_origin(shape), typing.get_args(shape)
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.answered(part) for part in parts]}
        if shape is None or shape is type(None):
            return {"type": "null"}
        if origin in (tuple, list):
            if origin is tuple and Ellipsis not in parts:
                return {"type": "array", "prefixItems": [self.answered(part) for part in parts]}
            return {"type": "array", "items": self.answered(parts[0])}
        if origin is dict or origin is Mapping:
            return {"type": "object", "additionalProperties": self.answered(parts[1])}
        if is_dataclass(shape):
            return self._view(typing.cast("type[Any]", shape))
        if shape in _PLAIN:
            return dict(_PLAIN[shape])
        raise TypeError(f"there is no schema for {shape!r}")

    def _view(self, view: type[Any]) -> dict[str, Any]:
        if view.__name__ not in self.known:
            self.known[view.__name__] = {}  # first, because views refer to each other
            hints = typing.get_type_hints(view)
            members = {item.name: self.answered(hints[item.name]) for item in fields(view)}
            self.known[view.__name__] = {
                "type": "object",
                "description": about(view),
                "properties": members,
                "required": list(members),
            }
        return {"$ref": REFERENCES + view.__name__}

    def taken(self, shape: type[Any]) -> dict[str, Any]:
        """The schema of a body, by the rules of ``members``."""
        hints = typing.get_type_hints(shape)
        members, required = {}, []
        for item in fields(shape):
            name = item.metadata.get("name", item.name)
            members[name] = self._member(hints[item.name], item.metadata.get("most"))
            if item.default is MISSING and item.default_factory is MISSING:
                required.append(name)
            elif isinstance(item.default, str | int | bool) and item.default != "":
                members[name]["default"] = item.default
        made: dict[str, Any] = {"type": "object", "properties": members}
        if about(shape):
            made["description"] = about(shape)
        return made | {"required": required, "additionalProperties": False}

    def _member(self, hint: Any, most: int | None) -> dict[str, Any]:
        parts = [part for part in typing.get_args(hint) if part is not type(None)]
        if typing.get_origin(hint) in (typing.Union, types.UnionType):
            hint = parts[0]
        if typing.get_origin(hint) is tuple:
            part = typing.get_args(hint)[0]
            text = {"type": "string", "maxLength": LONGEST_TEXT}
            # An entry may be a text: then it is the shape's first field.
            shaped = is_dataclass(part)
            items = (
                {"anyOf": [self.taken(typing.cast("type[Any]", part)), text]} if shaped else text
            )
            return {"type": "array", "items": items, "maxItems": most or MOST_ENTRIES}
        if hint is str:
            return {"type": "string", "maxLength": most or LONGEST_TEXT}
        if is_dataclass(hint):
            return self.taken(typing.cast("type[Any]", hint))
        return dict(_PLAIN[hint])


def about(thing: Any) -> str:
    """A docstring in one piece; empty for none of its own."""
    text = inspect.cleandoc(thing.__doc__ or "")
    return "" if text.startswith(f"{getattr(thing, '__name__', '')}(") else text.replace("``", "`")
