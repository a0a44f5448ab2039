"""Hashtags that readers follow."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, select

from fedi_cotweet.domain.windows import Window
from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import FollowedTag, HomeEntry, PostTag
from storage.windows import paged, values_of


def follow(tx: Connection, *, row_id: int, account_id: int, tag: str) -> None:
    """Follow a hashtag; once."""
    insert_or_ignore(tx, FollowedTag, {"id": row_id, "account_id": account_id, "tag": tag})


def unfollow(tx: Connection, account_id: int, tag: str) -> bool:
    """Follow it no more; False when it was not followed."""
    gone = tx.execute(
        delete(FollowedTag).where(FollowedTag.account_id == account_id, FollowedTag.tag == tag)
    )
    return gone.rowcount > 0


def count(tx: Connection, account_id: int) -> int:
    """How many somebody follows."""
    counted = select(func.count()).where(FollowedTag.account_id == account_id)
    return int(tx.execute(counted).scalar_one())


def page(tx: Connection, account_id: int, window: Window) -> list[tuple[int, str]]:
    """(Place, hashtag) of those that somebody follows."""
    rows = tx.execute(_page(window), {"account": account_id, **values_of(window)})
    return [(int(place), str(tag)) for place, tag in rows]


def among(tx: Connection, account_id: int, tags: Collection[str]) -> set[str]:
    """Which of these hashtags somebody follows."""
    if not tags:
        return set()
    rows = tx.execute(_AMONG, {"account": account_id, "tags": sorted(set(tags))})
    return {str(row[0]) for row in rows}


def readers(tx: Connection, post_id: int) -> list[int]:
    """Who follows a hashtag under which a post is listed."""
    return [int(row[0]) for row in tx.execute(_READERS, {"post": post_id})]


def in_home(tx: Connection, account_id: int, tag: str, limit: int) -> list[int]:
    """The newest posts with a hashtag that somebody has in their home timeline."""
    statement = _IN_HOME.limit(literal_limit(limit))
    return [int(row[0]) for row in tx.execute(statement, {"account": account_id, "tag": tag})]


_ACCOUNT = bindparam("account", type_=BigInteger)
_page = paged(
    lambda: (
        select(FollowedTag.id, FollowedTag.tag).where(FollowedTag.account_id == _ACCOUNT),
        FollowedTag.id,
    )
)
_AMONG = select(FollowedTag.tag).where(
    FollowedTag.account_id == _ACCOUNT,
    FollowedTag.tag.in_(bindparam("tags", expanding=True)),
)
_READERS = (
    select(FollowedTag.account_id)
    .join(PostTag, PostTag.tag == FollowedTag.tag)
    .where(PostTag.post_id == bindparam("post", type_=BigInteger))
    .distinct()
)
_IN_HOME = (
    select(PostTag.post_id)
    .join(HomeEntry, HomeEntry.post_id == PostTag.post_id)
    .where(PostTag.tag == bindparam("tag"), HomeEntry.account_id == _ACCOUNT)
    .order_by(PostTag.sort_id.desc())
)
