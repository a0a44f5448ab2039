"""Answers of the checks. Checking never fetches: it says what it needs and is asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refused:
    """The check failed. ``code`` is stable; ``reason`` is safe to show."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Need:
    """The check cannot go on without these URLs. Fetch them, add them to ``known``, ask again."""

    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a GET of a URL brought, kept as data so that checks stay free of I/O.

    ``status`` is the HTTP status, or 0 for a network failure (``error`` says which).
    ``final_url`` is where redirects ended; ``same_origin`` is False when any hop left the origin of
    ``url``. ``document`` is the parsed JSON object, None when there is none; ``body`` its octets.
    ``fetched_at`` is in milliseconds since 1970.
    """

    url: str
    status: int
    fetched_at: int
    final_url: str = ""
    same_origin: bool = True
    media_type: str = ""
    document: Mapping[str, Any] | None = None
    body: bytes = b""
    error: str = ""


Known = Mapping[str, Fetched]
