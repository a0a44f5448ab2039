"""Posts of other servers that nobody here has anything to do with any more.

What protects a post is one statement, so that no row is looked at twice with something in between.
Every look is by an index, and bounded: a thread too long to be walked through protects what is in
its middle until its ends are gone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import BigInteger, Connection, bindparam, delete, text
from sqlalchemy.sql.elements import TextClause

from storage.dialect import limit as literal_limit
from storage.dialect import one_of
from storage.models import Post
from storage.queries import search

MOST_ABOVE: Final = 100
"""Posts that are walked up to from one, along what they answer; ``MOST_BELOW`` down, along answers.
What has as many or more is kept."""
MOST_BELOW: Final = 100


@dataclass(frozen=True, slots=True)
class Looked:
    """A remote post that is old enough. ``free``: nothing protects it."""

    id: int
    sort_id: int
    free: bool


def look(tx: Connection, after: int, until: int, before: int, count: int) -> list[Looked]:
    """The next ``count`` remote posts behind sort id ``after``, up to ``until``, oldest first.

    Free are only those that were fetched before ``before`` too: a thread may have brought an old
    post yesterday.
    """
    values = {"after": after, "until": until, "before": before}
    rows = tx.execute(_look(tx.dialect.name, count), values)
    return [Looked(int(row[0]), int(row[1]), bool(row[2])) for row in rows]


def remove(tx: Connection, post_ids: Collection[int]) -> None:
    """Forget posts, with all that hangs on them. No tombstone: they may come again."""
    if not post_ids:
        return
    search.remove_many(tx, post_ids)
    tx.execute(_REMOVE, {"gone": list(post_ids)})


_REMOVE: Final = delete(Post).where(one_of(Post.id, "gone"))

_OURS: Final = (
    "t.local OR t.state = 'draft' "
    "OR EXISTS (SELECT 1 FROM post_mutes m WHERE m.post_id = t.id) "
    "OR t.co_authored AND EXISTS (SELECT 1 FROM post_authors c JOIN accounts a ON a.id = c.actor_id"
    " WHERE c.post_id = t.id)"
)
"""Of a post ``t`` of the thread: somebody here wrote it, or wants to hear no more of it."""


def _by_us(table: str) -> str:
    return (
        f"SELECT 1 FROM {table} x JOIN accounts a ON a.id = x.actor_id "  # noqa: S608 - a name
        "WHERE x.post_id = p.id"
    )


PROTECTIONS: Final[dict[str, str]] = {
    "answers us beside it": (
        "SELECT 1 FROM posts x WHERE x.in_reply_to_uri = p.in_reply_to_uri AND x.local = true"
    ),
    "liked": _by_us("likes"),
    "boosted": _by_us("boosts"),
    "voted on": _by_us("poll_votes"),
    "co-author here": _by_us("post_authors"),
    "artist here": _by_us("credits"),
    "bookmarked": "SELECT 1 FROM bookmarks x WHERE x.post_id = p.id",
    "pinned": "SELECT 1 FROM pins x WHERE x.post_id = p.id",
    "in a notification": "SELECT 1 FROM notifications x WHERE x.post_id = p.id",
    "muted": "SELECT 1 FROM post_mutes x WHERE x.post_id = p.id",
    "hidden on a profile": "SELECT 1 FROM profile_hides x WHERE x.post_id = p.id",
    "reported": "SELECT 1 FROM reported_objects x WHERE x.uri = p.uri",
    "quoted here": (
        "SELECT 1 FROM quotes x JOIN posts q ON q.id = x.post_id "
        "WHERE x.quoted_uri = p.uri AND q.local = true"
    ),
    "quotes us": (
        "SELECT 1 FROM quotes x JOIN posts q ON q.uri = x.quoted_uri "
        "WHERE x.post_id = p.id AND q.local = true"
    ),
    "offered": "SELECT 1 FROM offers x WHERE x.object_uri = p.uri",
    "offered, by id": "SELECT 1 FROM offers x WHERE x.post_id = p.id",
    "stamped here": "SELECT 1 FROM stamps x WHERE x.object_uri = p.uri",
    "change proposed": "SELECT 1 FROM changes x WHERE x.object_uri = p.uri",
    "talked about": "SELECT 1 FROM draft_comments x WHERE x.object_uri = p.uri",
    "artist asked": "SELECT 1 FROM credit_offers x WHERE x.post_uri = p.uri",
    "consent by message": "SELECT 1 FROM consent_messages x WHERE x.uri = p.uri",
    "answer by message": "SELECT 1 FROM message_consents x WHERE x.answer_uri = p.uri",
    "note of consent": "SELECT 1 FROM message_consents x WHERE x.note_uri = p.uri",
    "consent of an author": "SELECT 1 FROM post_authors x WHERE x.stamp_uri = p.uri",
}
"""What keeps a post ``p`` for ever, beside its thread."""


@cache
def _look(dialect: str, count: int) -> TextClause:
    kept = " ".join(f"AND NOT EXISTS ({found})" for found in PROTECTIONS.values())
    up = "SELECT q.* FROM posts q WHERE q.uri = p.in_reply_to_uri"
    up_again = "SELECT q.* FROM walked w JOIN posts q ON q.uri = w.in_reply_to_uri"
    down = "SELECT q.* FROM posts q WHERE q.in_reply_to_uri = p.uri"
    down_again = "SELECT q.* FROM walked w JOIN posts q ON q.in_reply_to_uri = w.uri"
    return text(
        "WITH looked AS (SELECT * FROM posts "  # noqa: S608 - only texts of ours are put in
        "WHERE local = false AND state = 'published' AND sort_id > :after AND sort_id < :until "
        f"ORDER BY sort_id LIMIT {literal_limit(count)}) "
        "SELECT p.id, p.sort_id, CASE WHEN p.fetched_at < :before "
        "AND p.visibility IN ('public', 'unlisted') "
        f"{kept} "
        f"AND {_alone(dialect, up, up_again, MOST_ABOVE)} "
        f"AND {_alone(dialect, down, down_again, MOST_BELOW)} "
        "THEN 1 ELSE 0 END FROM looked p ORDER BY p.sort_id"
    ).bindparams(*(bindparam(name, type_=BigInteger) for name in ("after", "until", "before")))


def _alone(dialect: str, first: str, again: str, most: int) -> str:
    """That fewer than ``most`` posts are reached, and none of them is of people here."""
    columns = ("id", "uri", "in_reply_to_uri", "local", "state", "co_authored")
    names = ", ".join(columns)
    picked = ", ".join(f"q.{name}" for name in columns)
    first, again = (part.replace("q.*", picked) for part in (first, again))
    # Each engine stops early only where it is told so in its own way. UNION ends at a circle.
    bound = f" LIMIT {most}"
    inside, outside = (bound, "") if dialect == "sqlite" else ("", bound)
    return (
        f"(SELECT count(*) < {most} "  # noqa: S608 - only texts of ours are put in
        f"AND coalesce(sum(CASE WHEN {_OURS} THEN 1 ELSE 0 END), 0) = 0 "
        f"FROM (WITH RECURSIVE walked ({names}) AS ({first} UNION {again}{inside}) "
        f"SELECT {names} FROM walked{outside}) t)"
    )
