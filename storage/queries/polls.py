"""Polls and who chose what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from storage.dialect import insert_or_ignore, one_of, upsert
from storage.dialect import limit as literal_limit
from storage.models import Poll, PollVote
from storage.queries.rows import find, many


def poll(tx: Connection, post_id: int) -> Poll | None:
    """The poll of a post."""
    return find(tx, Poll, post_id=post_id)


def polls_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, Poll]:
    """Polls of posts, by post."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    return {row.post_id: row for row in many(tx, Poll, _POLLS, {"wanted": wanted})}


def set_poll(tx: Connection, post_id: int, /, **values: Any) -> None:
    """Insert or change a poll; a new one needs ``options``."""
    upsert(tx, Poll, {"post_id": post_id, **values}, key=["post_id"])


def change_poll(tx: Connection, post_id: int, /, **values: Any) -> None:
    """Update columns of a poll."""
    tx.execute(update(Poll).where(Poll.post_id == post_id).values(**values))


def remove_poll(tx: Connection, post_id: int) -> None:
    """A post has no poll any more."""
    tx.execute(delete(Poll).where(Poll.post_id == post_id))


def due(tx: Connection, now: int, limit: int) -> list[Poll]:
    """Open polls whose time is over."""
    return many(
        tx,
        Poll,
        select(Poll)
        .where(Poll.closed_at.is_(None), Poll.ends_at <= now)
        .order_by(Poll.ends_at)
        .limit(literal_limit(limit)),
    )


def add_vote(tx: Connection, /, **values: Any) -> bool:
    """Insert one choice of one voter; False when they made it before."""
    return bool(insert_or_ignore(tx, PollVote, values))


def votes_of(tx: Connection, post_id: int, actor_id: int) -> list[PollVote]:
    """What somebody chose."""
    return many(tx, PollVote, _VOTES_OF, {"post": post_id, "actor": actor_id})


def own_votes(tx: Connection, post_ids: Iterable[int], actor_id: int) -> dict[int, tuple[int, ...]]:
    """What somebody chose in polls, by post."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    found: dict[int, tuple[int, ...]] = {}
    for row in many(tx, PollVote, _OWN_VOTES, {"wanted": wanted, "actor": actor_id}):
        found[row.post_id] = (*found.get(row.post_id, ()), row.choice)
    return found


def tallies(tx: Connection, post_id: int) -> dict[int, int]:
    """Votes per choice."""
    rows = tx.execute(
        select(PollVote.choice, func.count())
        .where(PollVote.post_id == post_id)
        .group_by(PollVote.choice)
    )
    return {int(choice): int(count) for choice, count in rows}


def voter_ids(tx: Connection, post_id: int) -> list[int]:
    """Everybody who voted."""
    rows = tx.execute(select(PollVote.actor_id).where(PollVote.post_id == post_id).distinct())
    return [int(row[0]) for row in rows]


_POLLS = select(Poll).where(one_of(Poll.post_id, "wanted"))
_VOTES_OF = select(PollVote).where(
    PollVote.post_id == bindparam("post"), PollVote.actor_id == bindparam("actor")
)
_OWN_VOTES = (
    select(PollVote)
    .where(one_of(PollVote.post_id, "wanted"), PollVote.actor_id == bindparam("actor"))
    .order_by(PollVote.post_id, PollVote.choice)
)
