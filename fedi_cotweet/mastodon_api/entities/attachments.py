"""What hangs on a ``Status``: ``MediaAttachment``, ``Poll``, ``PreviewCard``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import media_views
from fedi_cotweet.services.views import CardView, MediaView, PollView
from storage.models import Media

Document = dict[str, Any]


def media(env: Env, item: MediaView, pictures: Mapping[str, Media]) -> Document:
    """A ``MediaAttachment``."""
    held = pictures.get(item.id)
    url = env.addresses.base + item.url if item.verified else ""
    size = _size(item.width, item.height)
    meta: Document = {"original": size, "small": size} if size else {}
    if item.focal is not None:
        meta["focus"] = {"x": item.focal[0], "y": item.focal[1]}
    return {
        "id": item.id,
        "type": "image" if item.media_type.startswith("image/") else "unknown",
        "url": url,
        "preview_url": url,
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
    [view] = media_views(env, [held], co_authored=False)
    return media(env, view, {})


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
        "options": [{"title": option.name, "votes_count": option.votes} for option in view.options],
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
