"""A request as the signature checks see it, and what a signature in it claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from activitypub.signatures.keys import KeyKind
from activitypub.verdicts import Refused
from activitypub.vocab.reading import origin

Profile = Literal["cavage", "rfc9421"]

ALSO_SIGNED: Final = ("content-type", "collection-synchronization")
"""Headers that our signatures cover where they are sent."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request with its exact octets.

    ``url`` is the absolute target: our own scheme and authority, then path and query exactly as on
    the wire. ``headers`` maps lower-case names to the values of all lines of that name, in order.
    """

    method: str
    url: str
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""

    @classmethod
    def of(
        cls, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes = b""
    ) -> SignedRequest:
        """From header lines as received: names in any case, repetitions kept."""
        lines: dict[str, tuple[str, ...]] = {}
        for name, value in headers:
            lines[name.lower()] = (*lines.get(name.lower(), ()), value)
        return cls(method, url, lines, body)

    @property
    def needs_digest(self) -> bool:
        """Whether a signature must cover the body: always, but for a read without one."""
        return self.method not in ("GET", "HEAD") or bool(self.body)


@dataclass(frozen=True, slots=True)
class SignedResponse:
    """A response, for RFC 9421's ``@status``; ``headers`` as in ``SignedRequest``."""

    status: int
    headers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SignatureClaim:
    """A signature that is as it must be, but for the one thing left to check: the key.

    ``key_kind`` is what the algorithm asks for, None if any. ``messages`` are the octets it may
    cover (more than one where senders disagree about the query). ``made_at`` are the signed times
    in ms, ``expires_at`` in ms; ``expiry_signed`` says whether the signature covers the latter.
    """

    key_id: str
    profile: Profile
    key_kind: KeyKind | None
    signature: bytes
    messages: tuple[bytes, ...]
    made_at: tuple[int, ...]
    expires_at: int | None = None
    expiry_signed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of an absolute URL, nothing normalised; ``query`` is None without ``?``."""

    scheme: str
    authority: str
    path: str
    query: str | None

    @property
    def origin_form(self) -> str:
        """What stands in the request line: the path, and the query if there is one."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def uri(self) -> str:
        """The target URI: the URL with a path and without fragment."""
        return f"{self.scheme}://{self.authority}{self.origin_form}"


_TARGET: Final = re.compile(
    r"(https?)://([^/?#@\\]+)(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE
)
_PRINTABLE: Final = re.compile(r"[!-~]+")
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


@lru_cache(maxsize=512)
def split_target(url: str) -> Target | None:
    """The parts of an absolute http(s) URL, None for anything else or beyond printable ASCII."""
    match = _TARGET.fullmatch(url) if _PRINTABLE.fullmatch(url) else None
    if match is None:
        return None
    return Target(match[1].lower(), match[2], match[3] or "/", match[4])


def normal_authority(authority: str, scheme: str) -> str:
    """Lower case, without the scheme's default port (RFC 9110 4.2.3)."""
    return authority.strip(" \t").lower().removesuffix(_DEFAULT_PORTS.get(scheme, ""))


_OBSOLETE_FOLD: Final = re.compile(r"(?<![ \t])[ \t]*+\r\n[ \t]++")


def field_lines(headers: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    """The values of all lines of a field, unfolded and trimmed (RFC 9421 2.1)."""
    lines = headers.get(name, ())
    if any("\n" in line for line in lines):
        lines = tuple(_OBSOLETE_FOLD.sub(" ", line) for line in lines)
    return tuple(line.strip(" \t") for line in lines)


def is_covered(request: SignedRequest, name: str) -> bool:
    """Whether the one signature of a request says that it covers this header.

    Of a request whose signature was checked. Of several signatures none is looked at: which of
    them was checked is not known here.
    """
    inputs = combined_value(field_lines(request.headers, "signature-input"))
    if inputs is not None:
        return inputs.count("=(") == 1 and f'"{name}"' in inputs.partition(")")[0]
    signature = combined_value(field_lines(request.headers, "signature")) or ""
    listed = re.findall(r'(?:^|[\s,])headers="([^"]*)"', signature)
    return len(listed) == 1 and name in listed[0].lower().split(" ")


_FIELD_VALUE: Final = re.compile(r"[\t -~]*")


def combined_value(lines: tuple[str, ...]) -> str | None:
    """All lines of a field as one value; None if there is none, or one no signature may hold.

    A line break in a value would forge a line of the signed text; beyond ASCII, two programs would
    sign different octets.
    """
    value = ", ".join(lines)
    return value if lines and _FIELD_VALUE.fullmatch(value) else None


def is_web_key_id(key_id: str) -> bool:
    """Whether a key id is a URL that could be fetched, of a host by the one name it has."""
    return split_target(key_id) is not None and origin(key_id) is not None


def refused_key_id(key_id: str | None) -> Refused | None:
    """The verdict on a key id: present and an http(s) URL."""
    if not key_id:
        return Refused("missing_key_id", "the signature names no key")
    if not is_web_key_id(key_id):
        return Refused("bad_key_id", "the signature's key id is not an http(s) URL")
    return None
