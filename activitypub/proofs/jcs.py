"""The JSON Canonicalization Scheme (RFC 8785): one document, one sequence of octets."""

from __future__ import annotations

from typing import Any, Final

import orjson
import rfc8785

from activitypub.errors import DocumentError

_MAX_SAFE_INTEGER: Final = 2**53 - 1
_MAX_DEPTH: Final = 128


def canonicalise(value: Any) -> bytes:
    """The canonical octets of a JSON value. Raises ``DocumentError`` where there are none.

    There are none for NaN, infinities, integers beyond 2^53-1, lone surrogates, what is not JSON,
    and what is nested deeper than 128. ``rfc8785`` is the reference; orjson, 50 times as fast,
    writes the same octets if all names are ASCII and there is no float.
    """
    try:
        if _orjson_agrees(value, 0):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(value)
    except (ValueError, TypeError) as error:
        # rfc8785's errors and encoding errors are ValueErrors, orjson's are TypeErrors.
        raise DocumentError("the document has no canonical form", detail=str(error)) from None


def _orjson_agrees(value: Any, depth: int) -> bool:
    """False where orjson may differ: floats, names sorted by UTF-16, types that JSON lacks."""
    if depth > _MAX_DEPTH:
        raise DocumentError("the document is nested too deeply")
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if isinstance(value, int):
        return kind is int and -_MAX_SAFE_INTEGER <= value <= _MAX_SAFE_INTEGER
    # No early end: the depth of every branch counts, for the slow path too.
    agrees = kind is dict or kind is list
    if isinstance(value, dict):
        for name, member in value.items():
            agrees &= type(name) is str and name.isascii()
            agrees &= _orjson_agrees(member, depth + 1)
    elif isinstance(value, list | tuple):
        for entry in value:
            agrees &= _orjson_agrees(entry, depth + 1)
    return agrees
