"""Posts that readers keep for later."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from fedi_cotweet.domain.windows import Window
from storage.dialect import insert_or_ignore
from storage.models import Bookmark
from storage.windows import paged, values_of


def keep(tx: Connection, bookmark_id: int, account_id: int, post_id: int) -> None:
    """Keep a post; once more changes nothing."""
    row = {"id": bookmark_id, "account_id": account_id, "post_id": post_id}
    insert_or_ignore(tx, Bookmark, row)


def drop(tx: Connection, account_id: int, post_id: int) -> None:
    """Keep it no longer."""
    tx.execute(_DROP, {"account": account_id, "post": post_id})


def kept(tx: Connection, account_id: int, window: Window) -> list[tuple[int, int]]:
    """(post id, place) of what a reader keeps, by when they began to."""
    rows = tx.execute(_kept(window), {"account": account_id, **values_of(window)})
    return [(int(post_id), int(place)) for post_id, place in rows]


_DROP = delete(Bookmark).where(
    Bookmark.account_id == bindparam("account"), Bookmark.post_id == bindparam("post")
)
_kept = paged(
    lambda: (
        select(Bookmark.post_id, Bookmark.id).where(Bookmark.account_id == bindparam("account")),
        Bookmark.id,
    )
)
