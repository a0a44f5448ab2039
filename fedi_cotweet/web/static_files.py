"""The static files, each under an address that holds a hash of its octets, so that browsers may
keep it for a year and still get a new one with the next release.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_MEDIA_TYPES = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "write.js": "text/javascript; charset=utf-8",
    "icon-180.png": "image/png",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
    "icon-mask-512.png": "image/png",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: its octets, its media type and the first 16 hex digits of its SHA-256."""

    name: str
    body: bytes
    media_type: str
    digest: str

    @property
    def path(self) -> str:
        return f"/static/{self.digest}/{self.name}"


@cache
def _files() -> dict[str, StaticFile]:
    folder = resources.files("fedi_cotweet.web") / "static"
    found = {}
    for name, media_type in _MEDIA_TYPES.items():
        body = (folder / name).read_bytes()
        found[name] = StaticFile(name, body, media_type, hashlib.sha256(body).hexdigest()[:16])
    return found


def load_static_files() -> None:
    """Read what is served while nobody waits: later it would block the event loop."""
    _files()


def with_rules(added: str) -> StaticFile:
    """The style sheet with rules that a server adds to it."""
    held = _files()["style.css"]
    body = held.body + b"\n" + added.encode()
    return StaticFile(held.name, body, held.media_type, hashlib.sha256(body).hexdigest()[:16])


def static_path(name: str) -> str:
    """The path a page links to, such as ``/static/0123456789abcdef/style.css``.

    ``KeyError`` for a name we do not ship: a mistake in a template, found by its first rendering.
    """
    return _files()[name].path


def find_static(digest: str, name: str) -> tuple[StaticFile, bool] | None:
    """The file for ``/static/{digest}/{name}`` and whether ``digest`` is its own; None: unknown.

    A page that was made before an upgrade still gets its style sheet: an old hash finds the
    present file, which then must not be kept for long.
    """
    file = _files().get(name)
    return None if file is None else (file, file.digest == digest)
