"""Requests as dataclasses: one reader that checks names, types and lengths of a JSON object.

A field's type is ``str``, ``int``, ``bool``, such a dataclass, a ``tuple`` of one of these, or one
of them ``| None``; a field without default is required. An entry of a list of shapes may be a text:
then it is the shape's first field. ``metadata``: ``name`` (as in JSON, where that is a keyword of
Python's) and ``most`` (characters, or entries of a list).
"""

from __future__ import annotations

import difflib
import typing
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, TypeVar

import orjson

from fedi_cotweet.services.errors import ServiceError

M = TypeVar("M")

LONGEST_TEXT = 2_000
LARGEST_NUMBER = 2**53 - 1
"""What every reader of JSON takes for the same number (RFC 7493)."""

MOST_ENTRIES = 50
_WORDS = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    tuple: "a list of texts",
}


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object; nothing at all counts as an empty one. Raises ``bad_json`` (400)."""
    if not body.strip():
        return {}
    try:
        document = orjson.loads(body)
    except ValueError as error:
        raise ServiceError(
            "bad_json", 400, "The request's body is not JSON.", f"The parser says: {error}"
        ) from None
    if not isinstance(document, dict):
        raise ServiceError("bad_json", 400, "The request's body is not a JSON object.")
    return document


def read_members(shape: type[M], document: dict[str, Any]) -> M:
    """The object as ``shape``. A member that is null counts as left out.

    Raises ``ServiceError`` (422): ``unknown_member``, ``missing_member``, ``bad_member``.
    """
    known = {item.metadata.get("name", item.name): item for item in fields(shape)}  # type: ignore[arg-type]
    for name in document:
        if name not in known:
            raise _unknown(name, list(known))
    hints = typing.get_type_hints(shape)
    values = {}
    for name, item in known.items():
        value = document.get(name)
        if value is not None:
            values[item.name] = _value(name, item, hints[item.name], value)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ServiceError("missing_member", 422, f"The member “{name}” is missing.")
    return shape(**values)


def _value(name: str, item: Field[Any], hint: Any, value: Any) -> Any:
    parts = typing.get_args(hint)
    if type(None) in parts:
        hint = next(part for part in parts if part is not type(None))
    kind = typing.get_origin(hint) or hint
    if kind is tuple and isinstance(value, list):
        most = item.metadata.get("most", MOST_ENTRIES)
        if len(value) > most:
            raise _bad(name, f"has at most {most} entries")
        part = typing.get_args(hint)[0]
        if is_dataclass(part):
            return tuple(_entry(name, part, entry) for entry in value)
        if part is int:
            return tuple(_number(name, entry) for entry in value)
        return tuple(_text(name, entry, LONGEST_TEXT) for entry in value)
    if is_dataclass(kind) and isinstance(value, dict):
        return read_members(typing.cast("type", kind), value)
    if kind is str:
        return _text(name, value, item.metadata.get("most", LONGEST_TEXT))
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int:
        return _number(name, value)
    raise _bad(name, f"must be {_WORDS.get(kind, 'an object')}")


def _number(name: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > LARGEST_NUMBER:
            raise _bad(name, f"must be between -{LARGEST_NUMBER} and {LARGEST_NUMBER}")
        return value
    raise _bad(name, "must be a whole number, or a list of them where several are meant")


def _entry(name: str, shape: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return read_members(shape, value)
    return read_members(shape, {fields(shape)[0].name: _text(name, value, LONGEST_TEXT)})


def _text(name: str, value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise _bad(name, "must be a text, or a list of texts where several are meant")
    if len(value) > most:
        raise _bad(name, f"has at most {most} characters")
    if "\0" in value:
        raise _bad(name, "holds a character that no text has")
    return value


def _bad(name: str, why: str) -> ServiceError:
    return ServiceError("bad_member", 422, f"The member “{name}” {why}.")


def _unknown(name: str, known: list[str]) -> ServiceError:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        fix = f"Did you mean “{near[0]}”?"
    elif known:
        fix = f"There are: {', '.join(known)}."
    else:
        fix = "This request has no members."
    return ServiceError("unknown_member", 422, f"There is no member “{name[:100]}” here.", fix)
