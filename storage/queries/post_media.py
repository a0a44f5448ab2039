"""Pictures and other files of posts and offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    delete,
    or_,
    select,
)

from storage.dialect import one_of
from storage.models import Media
from storage.queries.rows import add, change, find, many


def add_media(tx: Connection, /, **values: Any) -> None:
    """Insert a media row."""
    add(tx, Media, **values)


def media(tx: Connection, media_id: int) -> Media | None:
    """A media row by id."""
    return find(tx, Media, id=media_id)


def media_by_token(tx: Connection, token: str) -> Media | None:
    """A media row by the unguessable part of its address."""
    return find(tx, Media, token=token)


def change_media(tx: Connection, media_id: int, /, **values: Any) -> None:
    """Update columns of a media row."""
    change(tx, Media, media_id, **values)


def media_of(
    tx: Connection, *, post_ids: Iterable[int] = (), offer_ids: Iterable[int] = ()
) -> list[Media]:
    """Media of posts and offers, in order."""
    posts, offers = sorted(set(post_ids)), sorted(set(offer_ids))
    if not posts and not offers:
        return []
    if not offers:
        return many(tx, Media, _MEDIA_OF_POSTS, {"posts": posts})
    return many(tx, Media, _MEDIA, {"posts": posts, "offers": offers})


def remove_media(tx: Connection, media_ids: Sequence[int]) -> None:
    """Delete media rows (their files are swept later)."""
    if media_ids:
        tx.execute(delete(Media).where(Media.id.in_(list(media_ids))))


_OF_POSTS = one_of(Media.post_id, "posts")
_OF_OFFERS = one_of(Media.offer_id, "offers")
_MEDIA_OF_POSTS = select(Media).where(_OF_POSTS).order_by(Media.position, Media.id)
_MEDIA = select(Media).where(or_(_OF_POSTS, _OF_OFFERS)).order_by(Media.position, Media.id)
