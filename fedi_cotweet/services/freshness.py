"""What was shown and is old: stamps of co-authors, and the counts of posts of other servers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fedi_cotweet.domain.limits import COUNTS_FRESH_FOR, DAY, STAMP_RECHECK_AFTER
from fedi_cotweet.services.audiences import everybodys
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.models import Post, PostAuthor
from storage.queries import post_authors, posts


def due(post: Post, rows: Sequence[PostAuthor], now: int) -> bool:
    """Whether a post that is shown in a list is to be looked at again."""
    return any(_stamp_due(row, now) for row in rows) or (bool(rows) and counts_due(post, now))


def counts_due(post: Post, now: int) -> bool:
    """Whether a post's server should be asked for its counts; the older a post, the more seldom.

    It tells them of what is for everybody: this server asks in its own name.
    """
    if post.local or not everybodys(post):
        return False
    age = now - (post.published_at or now)
    interval = min(max(COUNTS_FRESH_FOR, age // 10), DAY)
    return (post.counts_at or 0) <= now - interval


def _stamp_due(row: PostAuthor, now: int) -> bool:
    if row.state == "unknown":
        return row.next_check_at is None  # nobody looks by themselves any more
    return row.state == "verified" and (row.fetched_at or 0) < now - STAMP_RECHECK_AFTER


def renew(tx: Tx, env: Env, post_ids: Iterable[int]) -> None:
    """Have what is old of these posts fetched again."""
    now = env.now()
    held = posts.posts_by_id(tx, post_ids)
    rows = post_authors.authors_of(tx, held)
    for post in held.values():
        if any(_stamp_due(row, now) for row in rows[post.id]):
            later(tx, env, "verify_post", str(post.id), post_id=post.id)
        if counts_due(post, now):
            later(tx, env, "refresh_counts", str(post.id), post_id=post.id)
