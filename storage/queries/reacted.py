"""Who liked and boosted a post, and what somebody liked, by window."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from fedi_cotweet.domain.windows import Window
from storage.models import Boost, Like
from storage.windows import paged, values_of

Pair = tuple[int, int]
"""(id, place)."""


def liked(tx: Connection, actor_id: int, window: Window) -> list[Pair]:
    """Ids of the posts that somebody likes."""
    return _pairs(tx, _liked(window), {"actor": actor_id, **values_of(window)})


def likers(tx: Connection, post_id: int, window: Window) -> list[Pair]:
    """Ids of those who like a post."""
    return _pairs(tx, _likers(window), {"post": post_id, **values_of(window)})


def boosters(tx: Connection, post_id: int, window: Window) -> list[Pair]:
    """Ids of those who boosted it; co-authors, who only carry it, are none."""
    return _pairs(tx, _boosters(window), {"post": post_id, **values_of(window)})


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
            Boost.post_id == bindparam("post"), Boost.delivery.is_(False)
        ),
        Boost.id,
    )
)
