"""What a request says, in any of the ways in which clients say it.

Query, JSON, ``application/x-www-form-urlencoded`` and ``multipart/form-data`` all come down to one
nested mapping; names such as ``poll[options][]`` are those of Rails. What is not known is ignored.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
import orjson
from aiohttp import BodyPartReader, web
from multidict import MultiMapping

from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.services.spooling import Spool

S = TypeVar("S", bound=msgspec.Struct)

MAX_BODY: Final = 1024 * 1024
MOST_PARAMETERS: Final = 1_000
DEEPEST: Final = 4
_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")
_KEY: Final = re.compile(r"\[([^\[\]]*)\]")
_YES: Final = frozenset({"true", "1", "on", "yes", "t", "y"})
_NO: Final = frozenset({"false", "0", "off", "no", "f", "n", ""})


class Uploaded(msgspec.Struct):
    """A file in a form."""

    spool: Spool
    filename: str
    content_type: str


async def read_body(request: web.Request, folder: Path, *, most_file: int = 0) -> dict[str, Any]:
    """The body as a mapping. ``most_file``: how large files may be; 0: there are to be none. They
    are kept on the disk of ``folder``.

    Raises ``ApiError`` (400) for what cannot be read, 413 for too much.
    """
    if not request.can_read_body:
        return {}
    match request.content_type:
        case "multipart/form-data":
            return nested(await _multipart(request, folder, most_file))
        case "application/json" | "application/json+activity":
            return _json(await _octets(request, MAX_BODY))
        case "application/x-www-form-urlencoded":
            text = (await _octets(request, MAX_BODY)).decode("utf-8", "replace")
            return nested(_urlencoded(text))
    octets = await _octets(request, MAX_BODY)
    return (
        _json(octets)
        if octets.lstrip()[:1] == b"{"
        else nested(_urlencoded(octets.decode("utf-8", "replace")))
    )


def read_query(query: MultiMapping[str]) -> dict[str, Any]:
    """The query as a mapping."""
    return nested(query.items())


def nested(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs with names such as ``a[b][]`` as nested mappings and lists.

    A list of mappings (``a[][b]``) begins its next one when a key repeats, as in Rails. A mapping
    whose keys are all numbers, as in ``fields_attributes[0][name]``, stays one. Lists of lists do
    not exist: ``id[][]`` is ``id[]``, which Mastodon.py writes so for some operations.
    """
    found: dict[str, Any] = {}
    for count, (name, value) in enumerate(pairs):
        if count >= MOST_PARAMETERS:
            raise ApiError(400, "The request has too many parameters")
        match = _NAME.match(name)
        if match is None:
            found[name] = value
            continue
        keys = _KEY.findall(match[2])
        if len(keys) > DEEPEST:
            raise ApiError(400, "The request's parameters are nested too deep")
        while keys[-2:] == ["", ""]:
            keys.pop()
        _put(found, [match[1], *keys], value)
    return found


def _put(target: dict[str, Any], keys: list[str], value: Any) -> None:
    key, rest = keys[0], keys[1:]
    if not rest:
        target[key] = value
    elif rest[0] == "":
        listed = target.setdefault(key, [])
        if not isinstance(listed, list):
            raise ApiError(400, f"The parameter {key} is given in two ways")
        if len(rest) == 1:
            listed.append(value)
        else:
            if not listed or not isinstance(listed[-1], dict) or rest[1] in listed[-1]:
                listed.append({})
            _put(listed[-1], rest[1:], value)
    else:
        inner = target.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ApiError(400, f"The parameter {key} is given in two ways")
        _put(inner, rest, value)


def shaped(shape: type[S], document: dict[str, Any]) -> S:
    """The mapping as ``shape``. Texts count as the numbers and truth values that they spell, and
    numbers as texts where only a text may be: some apps write ids as numbers.

    Raises ``ApiError`` (422).
    """
    known = {item.encode_name: item.type for item in msgspec.structs.fields(shape)}
    given = {
        name: _lax(value, known[name])
        for name, value in document.items()
        if name in known and value is not None
    }
    _check_texts(given)
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise ApiError(422, f"Validation failed: {error}") from None


def _check_texts(given: dict[str, Any]) -> None:
    """Stops NUL, which PostgreSQL takes in no text, at whatever depth it comes."""
    waiting: list[Any] = [given]
    while waiting:
        match waiting.pop():
            case dict() as inner:
                waiting += [*inner, *inner.values()]
            case list() | tuple() as inner:
                waiting += inner
            case str() as text if "\0" in text:
                raise ApiError(422, "Validation failed: a text holds a character that no text has")


def truth(value: Any) -> bool:
    """Whether a value that may be a text says yes."""
    return value.strip().lower() in _YES if isinstance(value, str) else value is True or value == 1


def _lax(value: Any, wanted: Any) -> Any:
    kinds = _kinds(wanted)
    if isinstance(value, str):
        if bool in kinds:
            folded = value.strip().lower()
            return True if folded in _YES else False if folded in _NO else value
        if value == "" and not kinds.isdisjoint((int, float)):
            return None
    if _is_number(value) and str in kinds and kinds.isdisjoint((int, float, bool)):
        return str(value)
    if not kinds.isdisjoint((tuple, list)):
        # One value where several may be is a list of it.
        if isinstance(value, str):
            return [value] if value else []
        listed = [value] if _is_number(value) else value
        listed = list(listed.values()) if isinstance(listed, dict) else listed
        if isinstance(listed, list) and _holds_texts(wanted):
            return [str(one) if _is_number(one) else one for one in listed]
        return listed
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _holds_texts(wanted: Any) -> bool:
    """Whether it is a list of texts, or may be one."""
    parts = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    return any(str in typing.get_args(part) for part in parts)


def _kinds(wanted: Any) -> frozenset[Any]:
    """What a value may be, without what is in it: ``tuple[str, ...] | None`` may be a tuple."""
    parts = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    return frozenset(typing.get_origin(part) or part for part in parts)


def _json(octets: bytes) -> dict[str, Any]:
    if not octets.strip():
        return {}
    try:
        document = orjson.loads(octets)
    except ValueError:
        raise ApiError(400, "The request's body is not JSON") from None
    if not isinstance(document, dict):
        raise ApiError(400, "The request's body is not a JSON object")
    return document


def _urlencoded(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise ApiError(400, "The request has too many parameters") from None


async def _octets(request: web.Request, most: int) -> bytes:
    length, body = request.content_length, bytearray()
    if length is not None and length > most:
        raise ApiError(413, "The request is too large")
    async for chunk in request.content.iter_chunked(65_536):
        body += chunk
        if len(body) > most:
            raise ApiError(413, "The request is too large")
    return bytes(body)


async def _multipart(request: web.Request, folder: Path, most_file: int) -> list[tuple[str, Any]]:
    # An avatar and a header, or a film and its picture.
    room_of_files, length = 2 * most_file, request.content_length
    if length is not None and length > room_of_files + MAX_BODY:
        raise ApiError(413, f"The request is larger than {most_file // 1024} KiB")
    found: list[tuple[str, Any]] = []
    try:
        reader = await request.multipart()
        room = MAX_BODY
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise ApiError(400, "The form cannot be read")
            if len(found) >= MOST_PARAMETERS:
                raise ApiError(400, "The request has too many parameters")
            if part.filename is not None:
                file = await _file(part, folder, min(most_file, room_of_files))
                room_of_files -= file.size
                kind = part.headers.get("Content-Type", "")
                found.append((part.name, Uploaded(file, part.filename, kind)))
            else:
                text = await _part(part, room)
                room -= len(text)
                found.append((part.name, text.decode("utf-8", "replace")))
    except (ValueError, AssertionError) as error:  # how aiohttp's reader reports bad framing
        raise ApiError(400, "The form cannot be read") from error
    return found


async def _part(part: BodyPartReader, most: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(65_536):
        content += chunk
        if len(content) > most:
            raise ApiError(413, "The request is too large")
    return bytes(content)


async def _file(part: BodyPartReader, folder: Path, most: int) -> Spool:
    spool = await Spool.begin(folder)
    while chunk := await part.read_chunk(65_536):
        await spool.add(chunk)
        if spool.size > most:
            raise ApiError(422, _too_large(part, most))
    await spool.finish()
    return spool


def _too_large(part: BodyPartReader, most: int) -> str:
    if most == 0:
        return f"Validation failed: {part.name} takes no file"
    return f"Validation failed: {part.name} is larger than {most // 1024} KiB"
