"""Numbers that stand on people's profiles, for many of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)

from storage.dialect import one_of
from storage.models import Account, Actor, Follow, Post, PostAuthor
from storage.queries.audiences import EVERYBODYS


@dataclass(frozen=True, slots=True)
class Stats:
    """As far as it is known here. ``posts`` are those for everybody, co-authored ones among them.

    ``last_at``: when the newest was published (milliseconds).
    """

    followers: int = 0
    following: int = 0
    posts: int = 0
    last_at: int | None = None
    hides_network: bool = False


def stats_of(tx: Connection, actor_ids: Iterable[int], shown_since: int) -> dict[int, Stats]:
    """``shown_since``: stamps that were fetched before it make nobody an author."""
    wanted = sorted(set(actor_ids))
    if not wanted:
        return {}
    values = {"wanted": wanted}
    followers: dict[int, int] = {}
    following: dict[int, int] = {}
    for side, actor_id, number in tx.execute(_FOLLOWS, values):
        (following if side else followers)[int(actor_id)] = int(number)
    own = _newest(tx, _OWN, values)
    joint = _newest(tx, _JOINT, {**values, "since": shown_since})
    hiding = {int(row[0]) for row in tx.execute(_HIDING, values)}
    found = {}
    for actor_id in wanted:
        (alone, last), (together, last_joint) = (
            own.get(actor_id, (0, None)),
            joint.get(actor_id, (0, None)),
        )
        found[actor_id] = Stats(
            followers.get(actor_id, 0),
            following.get(actor_id, 0),
            alone + together,
            max((at for at in (last, last_joint) if at is not None), default=None),
            actor_id in hiding,
        )
    return found


def _newest(
    tx: Connection, statement: Select[Any, int, int | None], values: dict[str, Any]
) -> dict[int, tuple[int, int | None]]:
    return {int(key): (int(number), at) for key, number, at in tx.execute(statement, values)}


_FOLLOWS: CompoundSelect[int, int, int] = union_all(
    select(literal_column("0"), Follow.followed_id, func.count())
    .where(one_of(Follow.followed_id, "wanted"), Follow.state == "accepted")
    .group_by(Follow.followed_id),
    select(literal_column("1"), Follow.follower_id, func.count())
    .where(one_of(Follow.follower_id, "wanted"), Follow.state == "accepted")
    .group_by(Follow.follower_id),
)
_PUBLISHED = (
    one_of(Post.author_id, "wanted"),
    Post.state == "published",
    Post.visibility.in_(EVERYBODYS),
)
_OWN = (
    select(Post.author_id, func.count(), func.max(Post.published_at))
    .where(*_PUBLISHED)
    .group_by(Post.author_id)
)
_JOINT = (
    select(PostAuthor.actor_id, func.count(), func.max(Post.published_at))
    .join(Post, Post.id == PostAuthor.post_id)
    .where(
        one_of(PostAuthor.actor_id, "wanted"),
        PostAuthor.state == "verified",
        PostAuthor.fetched_at > bindparam("since"),
        Post.state == "published",
        Post.visibility.in_(EVERYBODYS),
    )
    .group_by(PostAuthor.actor_id)
)
_HIDING = (
    select(Account.id)
    .join(Actor, Actor.id == Account.id)
    .where(one_of(Account.id, "wanted"), Account.hides_network)
)
