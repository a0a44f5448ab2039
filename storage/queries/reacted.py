"""Who liked and boosted a post, and what somebody liked, by window."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from fedi_cotweet.domain.windows import Window
from storage.models import Boost, Like
from storage.windows import paged, values_of

Pair = tuple[int, int]
"""(id, place)."""


class Said(NamedTuple):
    """An activity about a post: its identifier, whose it is, and its place."""

    uri: str
    actor_id: int
    place: int


def liked(tx: Connection, actor_id: int, window: Window) -> list[Pair]:
    """Ids of the posts that somebody likes."""
    return _pairs(tx, _liked(window), {"actor": actor_id, **values_of(window)})


def likers(tx: Connection, post_id: int, window: Window) -> list[Pair]:
    """Ids of those who like a post."""
    return _pairs(tx, _likers(window), {"post": post_id, **values_of(window)})


def boosters(tx: Connection, post_id: int, window: Window) -> list[Pair]:
    """Ids of those who boosted it; co-authors, who only carry it, are none."""
    return _pairs(tx, _boosters(window), {"post": post_id, **values_of(window)})


def likes_of(tx: Connection, post_id: int, window: Window) -> list[Said]:
    """The Likes of a post, newest first."""
    return _said(tx, _likes_of(window), post_id, window)


def boosts_of(tx: Connection, post_id: int, window: Window) -> list[Said]:
    """The Announces of a post, newest first; not those that only carry it or are for followers."""
    return _said(tx, _boosts_of(window), post_id, window)


def _said(
    tx: Connection, statement: Select[*tuple[Any, ...]], post_id: int, window: Window
) -> list[Said]:
    rows = tx.execute(statement, {"post": post_id, **values_of(window)})
    return [Said(str(uri), int(actor_id), int(place)) for uri, actor_id, place in rows]


def _pairs(
    tx: Connection, statement: Select[*tuple[Any, ...]], values: dict[str, Any]
) -> list[Pair]:
    return [(int(one), int(place)) for one, place in tx.execute(statement, values)]


_liked = paged(
    lambda: (select(Like.post_id, Like.id).where(Like.actor_id == bindparam("actor")), Like.id)
)
_likers = paged(
    lambda: (select(Like.actor_id, Like.id).where(Like.post_id == bindparam("post")), Like.id)
)
_boosters = paged(
    lambda: (
        select(Boost.actor_id, Boost.id).where(
            Boost.post_id == bindparam("post"),
            Boost.delivery.is_(False),
            Boost.visibility != "followers",
        ),
        Boost.id,
    )
)
_likes_of = paged(
    lambda: (
        select(Like.uri, Like.actor_id, Like.id).where(Like.post_id == bindparam("post")),
        Like.id,
    )
)
_boosts_of = paged(
    lambda: (
        select(Boost.uri, Boost.actor_id, Boost.id).where(
            Boost.post_id == bindparam("post"),
            Boost.delivery.is_(False),
            Boost.visibility != "followers",
        ),
        Boost.id,
    )
)
