"""Digests of bodies: ``Digest`` (RFC 3230) and ``Content-Digest`` (RFC 9530)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

import http_sf

from activitypub.verdicts import Refused

_ALGORITHMS: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_MAX_HEADER: Final = 4096


def digest_header(body: bytes) -> str:
    """The value of ``Digest``, in the one spelling that every peer reads."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def content_digest_header(body: bytes) -> str:
    """The value of ``Content-Digest``."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
    return f"sha-256=:{digest}:"


def check_digest(value: str, body: bytes) -> Refused | None:
    """Whether a ``Digest`` value is one of ``body``.

    SHA-256 and SHA-512, their names in any case; other algorithms are passed over, at least one
    of the two must be there, all of them must match and none may occur twice.
    """
    if len(value) > _MAX_HEADER:
        return Refused("bad_digest", "the digest is too long")
    digests: list[tuple[str, bytes]] = []
    for entry in value.split(","):
        name, separator, encoded = entry.strip(" \t").partition("=")
        name = name.lower()
        if not separator or name in dict(digests):
            return Refused("bad_digest", "the Digest header is malformed")
        if name not in _ALGORITHMS:
            continue
        try:
            digests.append((name, base64.b64decode(encoded, validate=True)))
        except (binascii.Error, ValueError):
            return Refused("bad_digest", "the Digest header is malformed")
    return _compare(digests, body)


def check_content_digest(value: str, body: bytes) -> Refused | None:
    """Whether a ``Content-Digest`` value is one of ``body``; which, as for ``Digest``."""
    if len(value) > _MAX_HEADER:
        return Refused("bad_digest", "the digest is too long")
    try:
        members = http_sf.parse(
            value.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_duplicate
        )
    except ValueError:
        return Refused("bad_digest", "the Content-Digest header is malformed")
    digests: list[tuple[str, bytes]] = []
    assert isinstance(members, dict)
    for name, member in members.items():
        if name not in _ALGORITHMS:
            continue
        octets = member[0] if isinstance(member, tuple) else member
        if not isinstance(octets, bytes):
            return Refused("bad_digest", "the Content-Digest header is malformed")
        digests.append((name, octets))
    return _compare(digests, body)


def _refuse_duplicate(name: str, context: str) -> None:
    raise ValueError(f"{name} twice in a {context}")


def _compare(digests: Iterable[tuple[str, bytes]], body: bytes) -> Refused | None:
    found = False
    for name, claimed in digests:
        found = True
        if not hmac.compare_digest(_ALGORITHMS[name](body).digest(), claimed):
            return Refused("digest_mismatch", "the digest is not that of the body")
    if not found:
        return Refused("unsupported_digest", "the digest is neither SHA-256 nor SHA-512")
    return None
