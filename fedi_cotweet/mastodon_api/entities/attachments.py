"""What hangs on a ``Status``: ``MediaAttachment``, ``Poll``, ``PreviewCard``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final
from urllib.parse import urlsplit

from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import media_view
from fedi_cotweet.services.views import CardView, FilmView, MediaView, PollView
from storage.models import Media

Document = dict[str, Any]


def media(env: Env, item: MediaView, pictures: Mapping[str, Media]) -> Document:
    """A ``MediaAttachment``."""
    held = pictures.get(item.id)
    base = env.addresses.base
    url = base + item.url if item.verified else ""
    meta = _meta(item)
    preview: str | None = url
    if item.film is not None:
        preview = base + item.film.preview if item.film.preview else None
    if item.focal is not None:
        meta["focus"] = {"x": item.focal[0], "y": item.focal[1]}
    return {
        "id": item.id,
        "type": _type(item),
        "url": url,
        "preview_url": preview,
        "remote_url": held.remote_url if held is not None else None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": meta,
        "description": item.alt or None,
        "blurhash": item.blurhash,
    }


GONE: Final[Mapping[str, Any]] = {
    "id": "0",
    "type": "unknown",
    "url": None,
    "preview_url": None,
    "remote_url": None,
    "preview_remote_url": None,
    "text_url": None,
    "meta": {},
    "description": None,
    "blurhash": None,
}
"""A file that is kept no longer."""


def upload(env: Env, held: Media) -> Document:
    """A ``MediaAttachment`` that is in no post yet."""
    document = media(env, media_view(held), {})
    if held.state != "stored":
        document |= {"url": None, "preview_url": None}
    return document


def _type(item: MediaView) -> str:
    match item.media_type.partition("/")[0]:
        case "image":
            return "image"
        case "video":
            return "gifv" if item.film is not None and item.film.silent else "video"
        case "audio":
            return "audio"
    return "unknown"


def _meta(item: MediaView) -> Document:
    size = _size(item.width, item.height)
    meta: Document = {"original": size, "small": size} if size else {}
    if item.film is None or item.film.duration is None:
        return meta
    film, seconds = item.film, item.film.duration / 1000
    meta["original"] = {**(size or {}), "duration": seconds, "bitrate": film.bit_rate}
    meta |= {**(size or {}), "duration": seconds, "length": _clock(film.duration or 0)}
    if film.frame_rate is not None:
        meta["fps"] = round(film.frame_rate)
        meta["original"]["frame_rate"] = "{}/{}".format(*_fraction(film))
    return meta


def _fraction(film: FilmView) -> tuple[int, int]:
    return Fraction(film.frame_rate or 0).limit_denominator(1_001).as_integer_ratio()


def _clock(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest / 1000:05.2f}"


def _size(width: int | None, height: int | None) -> Document | None:
    if not width or not height:
        return None
    return {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": width / height,
    }


def poll(number: str, view: PollView, viewer_id: int | None, *, mine: bool = False) -> Document:
    """A ``Poll``; its id is that of its post. Its author (``mine``) counts as having voted."""
    document: Document = {
        "id": number,
        "expires_at": None if view.ends_at is None else moment(view.ends_at),
        "expired": view.over,
        "multiple": view.multiple,
        "votes_count": sum(option.votes for option in view.options),
        "voters_count": view.voters,
        "options": [
            {"title": option.name, "votes_count": None if view.hidden else option.votes}
            for option in view.options
        ],
        "emojis": [],
    }
    if viewer_id is not None:
        document |= {"voted": mine or bool(view.own), "own_votes": list(view.own)}
    return document


def card(card: CardView, people: Mapping[str, Document]) -> Document:
    """A ``PreviewCard``; ``people`` are accounts by actor id."""
    author = card.author
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "language": None,
        "type": "link",
        "author_name": author.name if author else "",
        "author_url": author.uri if author else "",
        "provider_name": card.site or urlsplit(card.url).netloc,
        "provider_url": "",
        "html": "",
        "width": 0,
        "height": 0,
        "image": None,
        "image_description": "",
        "embed_url": "",
        "blurhash": None,
        "published_at": None,
        "authors": [
            {
                "name": author.name,
                "url": author.uri,
                "account": people.get(author.uri),
            }
        ]
        if author
        else [],
    }
