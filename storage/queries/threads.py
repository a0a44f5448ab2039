"""What stands above a post in its thread, and whose threads readers hear no more of.

A mute stands at the first post of a thread that is known here. What it covers is found by going up
from a post, so it holds for what arrives later; when an earlier post arrives, the mute goes up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import CTE, BigInteger, Connection, Select, bindparam, delete, select
from sqlalchemy import exists as there_is
from sqlalchemy import literal_column as written
from sqlalchemy.orm import aliased

from storage.dialect import insert_or_ignore, one_of
from storage.models import Post, PostMute

MOST_ABOVE: Final = 100
"""Posts that are walked up to from one: a thread may be a circle, or made to be long."""


class Above(NamedTuple):
    """A post of a thread, and what it answers, known here or not."""

    id: int
    uri: str
    in_reply_to: str | None


def above(tx: Connection, post_id: int) -> list[Above]:
    """A post and what it answers and so on, as far as it is known here, the post itself first."""
    rows = tx.execute(_ABOVE, {"post": post_id})
    return [Above(int(number), str(uri), to) for number, uri, to in rows]


def muted(account: Any, first: Select[Any]) -> Select[int]:
    """Of the posts that ``first`` selects, those in threads that an account muted.

    Nothing is walked for an account that muted none.
    """
    mute = aliased(PostMute)
    seed = first.where(there_is(select(mute.post_id).where(mute.account_id == account)))
    chain = _chain(seed, "muted_threads")
    return (
        select(chain.c.first)
        .join(PostMute, PostMute.post_id == chain.c.id)
        .where(PostMute.account_id == account)
        .distinct()
    )


def muting(first: Select[Any]) -> Any:
    """``'muted'`` and who muted the thread of a post that ``first`` selects."""
    chain = _chain(first, "threads")
    return select(written("'muted'").label("mark"), PostMute.account_id).join(
        chain, chain.c.id == PostMute.post_id
    )


def seed() -> Any:
    """The columns with which a walk begins; ``where`` says from which posts."""
    return select(
        Post.id.label("first"),
        Post.id.label("id"),
        Post.uri.label("uri"),
        Post.in_reply_to_uri.label("answers"),
        written("0").label("steps"),
    )


def mute(tx: Connection, account_id: int, post_id: int, now: int) -> None:
    """A person wants no more notifications of what is below a post."""
    row = {"account_id": account_id, "post_id": post_id, "created_at": now}
    insert_or_ignore(tx, PostMute, row)


def unmute(tx: Connection, account_id: int, post_ids: Iterable[int]) -> None:
    """They want them again."""
    tx.execute(_UNMUTE, {"account": account_id, "wanted": sorted(set(post_ids))})


def is_muted(tx: Connection, account_id: int, post_id: int) -> bool:
    """Whether somebody muted the thread of a post."""
    return tx.execute(_IS_MUTED, {"account": account_id, "post": post_id}).first() is not None


def muted_answers(tx: Connection, uri: str) -> list[tuple[int, int]]:
    """(account, post) of mutes at posts that answer this one."""
    return [(int(a), int(b)) for a, b in tx.execute(_MUTED_ANSWERS, {"uri": uri})]


def _chain(first: Select[Any], name: str) -> CTE:
    chain = first.cte(name, recursive=True)
    parent = aliased(Post)
    return chain.union_all(
        select(
            chain.c.first,
            parent.id,
            parent.uri,
            parent.in_reply_to_uri,
            chain.c.steps + written("1"),
        )
        .join(parent, parent.uri == chain.c.answers)
        .where(chain.c.steps < written(str(MOST_ABOVE)))
    )


def _above() -> Select[Any]:
    chain = _chain(seed().where(Post.id == bindparam("post")), "above")
    return select(chain.c.id, chain.c.uri, chain.c.answers).order_by(chain.c.steps)


_ABOVE = _above()
_IS_MUTED = muted(
    bindparam("account", type_=BigInteger),
    seed().where(Post.id == bindparam("post", type_=BigInteger)),
)
_UNMUTE = delete(PostMute).where(
    PostMute.account_id == bindparam("account"), one_of(PostMute.post_id, "wanted")
)
_MUTED_ANSWERS = (
    select(PostMute.account_id, PostMute.post_id)
    .join(Post, Post.id == PostMute.post_id)
    .where(Post.in_reply_to_uri == bindparam("uri"))
)
