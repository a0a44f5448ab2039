"""What programs of people said of their posts: see ``Posting``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete

from storage.models import Posting
from storage.queries.rows import add, find


def posting(tx: Connection, post_id: int) -> Posting | None:
    """What came with a post of ours."""
    return find(tx, Posting, post_id=post_id)


def add_posting(tx: Connection, /, **values: Any) -> None:
    """Keep what came with a post."""
    add(tx, Posting, **values)


def forget_posting(tx: Connection, post_id: int) -> None:
    """The post is gone."""
    tx.execute(_FORGET, {"post": post_id})


_FORGET = delete(Posting).where(Posting.post_id == bindparam("post"))
