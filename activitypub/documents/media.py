"""Attachments: pictures, films, sounds and files that come with a note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.documents.bounds import ALT, cut
from activitypub.documents.links import alternatives, language_map, media_type_of
from activitypub.documents.looks import build_focal_point, read_blurhash, read_focal_point
from activitypub.vocab.reading import as_list, text, types
from activitypub.vocab.terms import Doc

MAX_ATTACHMENTS: Final = 32
_KINDS: Final = {"image": "Image", "video": "Video", "audio": "Audio"}
_ENDINGS: Final = {
    "Image": (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"),
    "Video": (".mp4", ".webm", ".mov", ".m4v"),
    "Audio": (".mp3", ".ogg", ".oga", ".wav", ".flac", ".opus", ".m4a"),
}


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file of a note. ``kind`` is ``Image``, ``Video``, ``Audio``, ``Document`` or ``Link``.

    ``kind`` follows the media type where there is one: most software calls everything a Document.
    ``name`` is the description, plain text. ``digest`` is ``digestMultibase`` as received.
    ``blurhash`` and ``focal`` as ``looks`` reads them.
    """

    kind: str
    url: str
    media_type: str = ""
    name: str = ""
    digest: str | None = None
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    focal: tuple[float, float] | None = None


def parse_attachments(value: Any) -> tuple[AttachmentView, ...]:
    """The attachments that can be shown or linked, in order; profile fields are not among them."""
    found = (_attachment(entry) for entry in as_list(value)[:MAX_ATTACHMENTS])
    return tuple(view for view in found if view is not None)


def _attachment(entry: Any) -> AttachmentView | None:
    if not isinstance(entry, Mapping):
        entry = {"url": entry}
    declared = next(iter(types(entry)), "Document")
    if declared.endswith(("PropertyValue", "IdentityProof")):
        return None
    links = alternatives(entry.get("url")) or alternatives(entry.get("href"))
    if not links:
        return None
    own_type = media_type_of(entry)
    url, link_type, link = _best(links, own_type or declared.lower())
    media_type = link_type or own_type
    return AttachmentView(
        kind=_kind(declared, media_type, url),
        url=url,
        media_type=media_type,
        name=cut(description(entry), ALT),
        digest=_short(entry.get("digestMultibase")) or _short(link.get("digestMultibase")),
        width=_pixels(entry.get("width")) or _pixels(link.get("width")),
        height=_pixels(entry.get("height")) or _pixels(link.get("height")),
        blurhash=read_blurhash(entry.get("blurhash")),
        focal=read_focal_point(entry.get("focalPoint")),
    )


def _best(links: list[tuple[str, str, Doc]], wanted: str) -> tuple[str, str, Doc]:
    """Of several versions of a file the first of the wanted sort: no playlist, no torrent."""
    sort = wanted.partition("/")[0]
    for link in links:
        if link[1].startswith(f"{sort}/"):
            return link
    for link in links:
        if link[1].partition("/")[0] in _KINDS or not link[1]:
            return link
    return links[0]


def _kind(declared: str, media_type: str, url: str) -> str:
    by_media_type = _KINDS.get(media_type.partition("/")[0])
    if by_media_type is not None:
        return by_media_type
    if declared in {"Image", "Video", "Audio"} and not media_type:
        return declared
    path = url.partition("?")[0].lower()
    for kind, endings in _ENDINGS.items():
        if not media_type and declared == "Document" and path.endswith(endings):
            return kind
    return declared if declared in {"Link", "Page"} else "Document"


def description(entry: Doc) -> str:
    """Alt text: ``name`` everywhere but in Pleroma of old, which had ``summary``."""
    for member in ("name", "summary"):
        found = text(entry.get(member)) or next(
            iter(language_map(entry.get(f"{member}Map")).values()), ""
        )
        if found:
            return found
    return ""


def _short(value: Any) -> str | None:
    return text(value)[:256] or None


def _pixels(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 100_000 else None


def build_attachment(view: AttachmentView, *, with_digest: bool = True) -> dict[str, Any]:
    """The wire form: exactly one URL, and the digest that FEP-af48 demands of co-authored media.

    Ordinary notes leave the digest out: a term outside Mastodon's context would cost replies
    their LD signature, and with it their forwarding.
    """
    document: dict[str, Any] = {"type": view.kind, "mediaType": view.media_type, "url": view.url}
    optional = {
        "name": view.name,
        "width": view.width,
        "height": view.height,
        "blurhash": view.blurhash,
        "focalPoint": build_focal_point(view.focal) if view.focal is not None else None,
        "digestMultibase": view.digest if with_digest else None,
    }
    return document | {member: value for member, value in optional.items() if value}
