"""Reading documents nobody has checked: tolerant of every shape ActivityStreams allows, strict
about size, depth and encoding.

The readers below never raise on a shape they do not know: they leave the value out. What a
document must have is decided by the room that reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Any, Final

import orjson

from activitypub.errors import DocumentError

MAX_BYTES: Final = 1_048_576
MAX_DEPTH: Final = 32
MAX_URL: Final = 2048
"""No identifier or link longer than this has an origin: nothing could store or fetch it."""

_MAX_SAFE_INTEGER: Final = 2**53 - 1

Origin = tuple[str, str, int]

# An unterminated string matches to the end, so that a hostile row of quotes costs one pass.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


def parse_json(
    body: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> dict[str, Any]:
    """The JSON object in ``body``.

    Raises ``DocumentError`` if it is larger than ``max_bytes``, nested deeper than ``max_depth``
    containers, not UTF-8, not JSON (``NaN`` and lone surrogates are not) or not an object. Of
    members that occur twice the last counts; where that matters, use ``parse_strict_json``.
    """
    _check_size_and_depth(body, max_bytes, max_depth)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DocumentError("not a JSON document", detail=str(error)) from None
    if not isinstance(document, dict):
        raise DocumentError("not a JSON object")
    return document


def parse_strict_json(
    body: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH
) -> dict[str, Any]:
    """The I-JSON object in ``body`` (RFC 7493): one document has one meaning, and one digest.

    As ``parse_json``, and refuses member names that occur twice, and numbers that an IEEE 754
    double cannot hold: two readers must not be able to see two documents in the same octets.
    """
    try:
        octets = body if isinstance(body, bytes) else body.encode()
    except UnicodeEncodeError:
        raise DocumentError("not a JSON document", detail="lone surrogate") from None
    # The first parser refuses what the second one lets pass: lone surrogates, other encodings.
    parse_json(octets, max_bytes=max_bytes, max_depth=max_depth)
    try:
        document = json.loads(
            octets.decode(),
            object_pairs_hook=_unique_members,
            parse_int=_safe_integer,
            parse_float=_finite_float,
            parse_constant=_refuse_constant,
        )
    except ValueError as error:
        raise DocumentError("not a JSON document", detail=str(error)) from None
    if not isinstance(document, dict):
        raise DocumentError("not a JSON object")
    return document


def _check_size_and_depth(body: bytes, max_bytes: int, max_depth: int) -> None:
    if len(body) > max_bytes:
        raise DocumentError("document too large", detail=f"{len(body)} octets")
    if body.count(b"[") + body.count(b"{") <= max_depth:
        return  # too few to be deep, those in strings counted as well
    brackets = _STRING.sub(b"", body).translate(_TO_SQUARE, _NOT_BRACKETS)
    # Each pass removes the innermost containers of every branch, so `max_depth` passes remove a
    # balanced document. Which bracket closes which is the parser's business.
    for _ in range(max_depth):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise DocumentError("document nested too deeply or unbalanced")


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DocumentError("a member name occurs twice")
    return members


def _safe_integer(digits: str) -> int:
    # Compare lengths first: converting a million digits is quadratic.
    if len(digits) > 17 or abs(int(digits)) > _MAX_SAFE_INTEGER:
        raise DocumentError("a number is beyond the precision of a double")
    return int(digits)


def _finite_float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise DocumentError("a number is beyond the range of a double")
    return number


def _refuse_constant(name: str) -> Any:
    raise DocumentError("not a JSON document", detail=name)


def as_list(value: Any) -> list[Any]:
    """One-or-many: nothing is ``[]``, one is ``[one]``, a list is itself."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def as_id(value: Any) -> str | None:
    """The identifier in a string, in an object (``id``) or in a Link (``href``); else None.

    Identifiers are compared byte for byte, so nothing is trimmed or normalised; an empty one, one
    with white space or control characters, and one over ``MAX_URL`` characters is none at all.
    """
    if isinstance(value, Mapping):
        value = value.get("id") if value.get("id") is not None else value.get("href")
    if not isinstance(value, str) or not value or len(value) > MAX_URL or _CONTROL.search(value):
        return None
    return value


def ids(value: Any) -> tuple[str, ...]:
    """The identifiers of one-or-many, in order, repetitions kept; what has none is left out."""
    return tuple(found for entry in as_list(value) if (found := as_id(entry)) is not None)


def types(value: Any) -> tuple[str, ...]:
    """The types in a ``type`` member, or of a whole document, as written."""
    if isinstance(value, Mapping):
        value = value.get("type")
    return tuple(entry for entry in as_list(value) if isinstance(entry, str) and entry)


def text(value: Any) -> str:
    """The value if it is a string, without NUL (no database takes it), else ``""``."""
    return value.replace("\0", "") if isinstance(value, str) else ""


_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})"
    r"(?::([0-9]{2})(?:\.([0-9]{1,32}))?)?"
    r"(?:([Zz])|([+-])([01][0-9]|2[0-4]):([0-5][0-9]))?"
)


def parse_time(value: Any) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 time or xsd:dateTime, None if it is not one.

    Seconds may be missing (ActivityStreams 2.3); a time without zone is taken as UTC; a leap
    second is the second after; what is finer than a millisecond is cut off.
    """
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute = (int(match[group]) for group in range(1, 6))
    second = int(match[6] or 0)
    if second > 60 or (hour == 24 and (minute or second)) or hour > 24:
        return None
    zone = timedelta(hours=int(match[10] or 0), minutes=int(match[11] or 0))
    try:
        day_start = datetime(year, month, day, 0, minute, tzinfo=UTC)
        moment = day_start + timedelta(hours=hour, seconds=second)
        moment += zone if match[9] == "-" else -zone
    except (ValueError, OverflowError):
        return None
    milliseconds = int((match[7] or "").ljust(3, "0")[:3])
    return (moment - _EPOCH) // timedelta(milliseconds=1) + milliseconds


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def format_time(at: int) -> str:
    """``at`` (ms since 1970) as RFC 3339 in UTC; milliseconds only where there are any.

    Raises ``OverflowError`` beyond the year 9999: only our own times are formatted.
    """
    moment = _EPOCH + timedelta(milliseconds=at)
    precision = "milliseconds" if at % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


_URL = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]@%]+)(?::([0-9]{0,5}))?")
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*"
    r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
# The characters on which IDNA 2003 and 2008 disagree: two programs would see two hosts.
_IDNA_DEVIATIONS = re.compile("[\u00df\u03c2\u200c\u200d\u1e9e]")
_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")
_DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}


@lru_cache(maxsize=4096)
def _origin(url: str) -> Origin | None:
    if len(url) > MAX_URL or _FORBIDDEN_IN_URL.search(url):
        return None
    parts = _URL.match(url)
    authority = _AUTHORITY.fullmatch(parts[2]) if parts is not None else None
    if parts is None or authority is None:
        return None
    scheme = parts[1].lower()
    host = _ascii_host(authority[1])
    port = int(authority[2]) if authority[2] else _DEFAULT_PORTS[scheme]
    if host is None or not 0 < port < 65536:
        return None
    return (scheme, host, port)


def _ascii_host(host: str) -> str | None:
    if host.startswith("["):
        try:
            return f"[{IPv6Address(host[1:-1]).compressed}]"
        except AddressValueError:
            return None
    if not host.isascii():
        if _IDNA_DEVIATIONS.search(host):
            return None
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    host = host.lower()
    return host if _HOST.fullmatch(host) else None


def origin(url: Any) -> Origin | None:
    """The origin of an http(s) URL: (scheme, ASCII lower-case host, port with the default).

    None for anything else: other schemes, user information, percent-encoded, empty or dotted-end
    hosts, bad ports, white space, backslashes. Path, query and fragment do not count. Whether a
    host may be contacted, and over http, is the address guard's decision (FEP-fe34; against URL
    normalisation used to pose as another domain).
    """
    return _origin(url) if isinstance(url, str) else None


def same_origin(one: Any, other: Any) -> bool:
    """Whether both are http(s) URLs of one origin. Two URLs without origin never are."""
    first = origin(one)
    return first is not None and first == origin(other)


def host_of(url: Any) -> str | None:
    """``host`` or ``host:port`` (port only if it is not the scheme's) of an http(s) URL."""
    found = origin(url)
    if found is None:
        return None
    scheme, host, port = found
    return host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
