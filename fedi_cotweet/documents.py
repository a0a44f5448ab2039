"""The documents under ``/.well-known/`` that are the same for everyone who asks.

They are files: in ``well-known/`` of a checkout, in ``fedi_cotweet/well_known`` of an installed
wheel. ``{base}`` in them stands for the server's base URL.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FILES = (
    ("host-meta", "host-meta.xml", "application/xrd+xml; charset=utf-8"),
    ("host-meta.json", "host-meta.json", "application/jrd+json; charset=utf-8"),
    ("nodeinfo", "nodeinfo.json", "application/json; charset=utf-8"),
    (
        "oauth-authorization-server",
        "oauth-authorization-server.json",
        "application/json; charset=utf-8",
    ),
)


class DocumentsMissingError(Exception):
    """The installation is incomplete: there are no documents to serve."""


@dataclass(frozen=True, slots=True)
class WellKnownDocument:
    """What a GET of ``path`` answers: RFC 6415 host-meta, NodeInfo links, RFC 8414 metadata."""

    path: str
    media_type: str
    body: bytes


def folder() -> Path:
    """Where the files are. Raises ``DocumentsMissingError``.

    The wheel's folder is asked first: a ``well-known`` beside an installed package would be
    somebody else's.
    """
    package = Path(__file__).resolve().parent
    for place in (package / "well_known", package.parent / "well-known"):
        if all((place / name).is_file() for _, name, _ in _FILES):
            return place
    raise DocumentsMissingError(
        f"The well-known documents are neither in {package / 'well_known'} nor beside the package. "
        "Install fedi-cotweet again, or start it from a complete checkout."
    )


def well_known(base: str, *, password_grant: bool = False) -> tuple[WellKnownDocument, ...]:
    """All documents for a base URL as ``Settings`` holds it (no slash at its end).

    ``password_grant``: whether apps get tokens for passwords, which the OAuth metadata then says.
    """
    place = folder()
    taken = '"client_credentials", "password"' if password_grant else '"client_credentials"'
    return tuple(
        WellKnownDocument(
            f"/.well-known/{name}",
            media_type,
            (place / file)
            .read_text(encoding="utf-8")
            .replace("{base}", base)
            .replace('"client_credentials"', taken)
            .encode(),
        )
        for name, file, media_type in _FILES
    )
