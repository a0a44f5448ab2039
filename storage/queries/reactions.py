"""What hangs on likes and boosts: who does not want to hear of a post."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from storage.dialect import insert_or_ignore, one_of
from storage.models import PostMute


def mute(tx: Connection, account_id: int, post_id: int, now: int) -> None:
    """A person wants no more notifications of a post."""
    row = {"account_id": account_id, "post_id": post_id, "created_at": now}
    insert_or_ignore(tx, PostMute, row)


def unmute(tx: Connection, account_id: int, post_id: int) -> None:
    """They want them again."""
    tx.execute(_UNMUTE, {"account": account_id, "post": post_id})


def muting(tx: Connection, post_id: int, account_ids: Iterable[int]) -> set[int]:
    """Which of the accounts muted a post."""
    rows = tx.execute(_MUTING, {"post": post_id, "wanted": sorted(set(account_ids))})
    return {int(row[0]) for row in rows}


_UNMUTE = delete(PostMute).where(
    PostMute.account_id == bindparam("account"), PostMute.post_id == bindparam("post")
)
_MUTING = select(PostMute.account_id).where(
    one_of(PostMute.account_id, "wanted"), PostMute.post_id == bindparam("post")
)
