"""Who follows whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from storage.dialect import insert_or_ignore, one_of
from storage.dialect import limit as literal_limit
from storage.models import Account, Actor, Follow
from storage.queries import acquaintances
from storage.queries.rows import among, find, many


def follow_between(tx: Connection, follower_id: int, followed_id: int) -> Follow | None:
    """The follow from one actor to another, in whatever state."""
    return find(tx, Follow, follower_id=follower_id, followed_id=followed_id)


def follow_by_uri(tx: Connection, uri: str) -> Follow | None:
    """A follow by the id of its activity."""
    return find(tx, Follow, uri=uri)


def add_follow(
    tx: Connection,
    *,
    id: int,  # noqa: A002 - the column's name
    follower_id: int,
    followed_id: int,
    uri: str,
    state: str,
    now: int,
    through_post_id: int | None = None,
) -> bool:
    """Insert a follow; False when there is one between the two already."""
    return bool(
        insert_or_ignore(
            tx,
            Follow,
            {
                "id": id,
                "follower_id": follower_id,
                "followed_id": followed_id,
                "uri": uri,
                "state": state,
                "through_post_id": through_post_id,
                "created_at": now,
            },
        )
    )


def set_follow(tx: Connection, follow_id: int, *, state: str, uri: str | None = None) -> None:
    """Change a follow's state and, if given, its activity id."""
    values = {"state": state} if uri is None else {"state": state, "uri": uri}
    tx.execute(update(Follow).where(Follow.id == follow_id).values(**values))


def remove_follow(tx: Connection, follower_id: int, followed_id: int) -> bool:
    """Delete a follow; False when there was none."""
    gone = tx.execute(
        delete(Follow).where(Follow.follower_id == follower_id, Follow.followed_id == followed_id)
    )
    # Nobody is shown on the profile of somebody who does not follow them.
    acquaintances.unendorse(tx, follower_id, followed_id)
    return gone.rowcount > 0


def follows(tx: Connection, follower_id: int, followed_id: int) -> bool:
    """Whether the first follows the second, accepted."""
    return (
        tx.execute(
            select(Follow.id).where(
                Follow.follower_id == follower_id,
                Follow.followed_id == followed_id,
                Follow.state == "accepted",
            )
        ).first()
        is not None
    )


def local_followers(tx: Connection, actor_ids: Iterable[int]) -> dict[int, set[int]]:
    """Accounts here that follow any of the actors: account id → which of them it follows."""
    found: dict[int, set[int]] = {}
    wanted = sorted(set(actor_ids))
    if not wanted:
        return found
    rows = tx.execute(_LOCAL_FOLLOWERS, {"wanted": wanted})
    for follower, followed in rows:
        found.setdefault(int(follower), set()).add(int(followed))
    return found


def boost_readers(tx: Connection, actor_ids: Iterable[int]) -> dict[int, set[int]]:
    """Of ``local_followers`` those who want to see what each of the actors boosts."""
    found: dict[int, set[int]] = {}
    for follower, followed in tx.execute(_BOOST_READERS, {"wanted": sorted(set(actor_ids))}):
        found.setdefault(int(follower), set()).add(int(followed))
    return found


def hearing(tx: Connection, actor_ids: Iterable[int]) -> list[int]:
    """Accounts here that want to hear of each new post of any of the actors."""
    rows = tx.execute(_HEARING, {"wanted": sorted(set(actor_ids))})
    return [int(row[0]) for row in rows]


def choose(tx: Connection, follow_id: int, /, **columns: Any) -> None:
    """Change what a follower wants of somebody: ``shows_boosts``, ``notifies``, ``languages``."""
    tx.execute(update(Follow).where(Follow.id == follow_id).values(**columns))


def is_followed_here(tx: Connection, actor_ids: Iterable[int]) -> bool:
    """Whether anybody here follows any of the actors."""
    wanted = sorted(set(actor_ids))
    if not wanted:
        return False
    return tx.execute(_FOLLOWED_HERE, {"wanted": wanted}).first() is not None


def follower_inboxes(tx: Connection, actor_id: int) -> list[tuple[str, str, str]]:
    """Where to deliver to an actor's remote followers: (inbox, host, an inbox of their own).

    One row per shared inbox; followers without one have a row each.
    """
    inbox = func.coalesce(Actor.shared_inbox, Actor.inbox)
    rows = tx.execute(
        select(inbox, func.min(Actor.host), func.min(Actor.inbox))
        .join(Follow, Follow.follower_id == Actor.id)
        .where(
            Follow.followed_id == actor_id,
            Follow.state == "accepted",
            Actor.local.is_(False),
            Actor.gone_at.is_(None),
        )
        .group_by(inbox)
    )
    return [(str(a), str(b), str(c)) for a, b, c in rows]


def any_with(tx: Connection, actor_id: int, limit: int) -> list[Follow]:
    """Follows of and by an actor."""
    window = literal_limit(limit)
    of = select(Follow).where(Follow.followed_id == actor_id).limit(window)
    by = select(Follow).where(Follow.follower_id == actor_id).limit(window)
    return [*many(tx, Follow, of), *many(tx, Follow, by)]


def count_followers(tx: Connection, actor_id: int) -> int:
    """How many follow this actor, as far as this server knows."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(Follow)
            .where(Follow.followed_id == actor_id, Follow.state == "accepted")
        ).scalar_one()
    )


def count_following(tx: Connection, actor_id: int) -> int:
    """How many this actor follows."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(Follow)
            .where(Follow.follower_id == actor_id, Follow.state == "accepted")
        ).scalar_one()
    )


def count_requests(tx: Connection, account_id: int) -> int:
    """How many ask to follow a locked account."""
    counted = (
        select(func.count())
        .select_from(Follow)
        .where(Follow.followed_id == account_id, Follow.state == "requested")
    )
    return int(tx.execute(counted).scalar_one())


def follower_page(
    tx: Connection, actor_id: int, before: int | None, limit: int
) -> list[tuple[int, str]]:
    """Followers, newest first: (follow id, actor uri)."""
    statement = (
        select(Follow.id, Actor.uri)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(Follow.followed_id == actor_id, Follow.state == "accepted")
        .order_by(Follow.id.desc())
        .limit(literal_limit(limit))
    )
    if before is not None:
        statement = statement.where(Follow.id < before)
    return [(int(a), str(b)) for a, b in tx.execute(statement)]


def following_page(
    tx: Connection, actor_id: int, before: int | None, limit: int
) -> list[tuple[int, str]]:
    """Whom an actor follows, newest first: (follow id, actor uri)."""
    statement = (
        select(Follow.id, Actor.uri)
        .join(Actor, Actor.id == Follow.followed_id)
        .where(Follow.follower_id == actor_id, Follow.state == "accepted")
        .order_by(Follow.id.desc())
        .limit(literal_limit(limit))
    )
    if before is not None:
        statement = statement.where(Follow.id < before)
    return [(int(a), str(b)) for a, b in tx.execute(statement)]


def follower_uris_on(tx: Connection, actor_id: int, host: str) -> list[str]:
    """Which people of one server follow an actor, as far as this server knows."""
    rows = tx.execute(
        select(Actor.uri)
        .join(Follow, Follow.follower_id == Actor.id)
        .where(Follow.followed_id == actor_id, Follow.state == "accepted", Actor.host == host)
        .order_by(Actor.uri)
    )
    return [str(row[0]) for row in rows]


def local_follows_of(tx: Connection, actor_id: int) -> list[tuple[Follow, str]]:
    """The follows of an actor by people of this server, in whatever state, and by whom."""
    found = many(
        tx,
        Follow,
        select(Follow)
        .join(Account, Account.id == Follow.follower_id)
        .where(Follow.followed_id == actor_id, Follow.state.in_(("accepted", "requested"))),
    )
    people = among(tx, Actor, "id", {follow.follower_id for follow in found})
    uris = {person.id: person.uri for person in people}
    return [(follow, uris[follow.follower_id]) for follow in found if follow.follower_id in uris]


def local_among(tx: Connection, actor_ids: Iterable[int]) -> list[int]:
    """Which of the actors have an account here."""
    wanted = sorted(set(actor_ids))
    if not wanted:
        return []
    return [int(row[0]) for row in tx.execute(_LOCAL, {"wanted": wanted})]


def follow_by_id(tx: Connection, follow_id: int) -> Follow | None:
    """A follow by id of ours."""
    return find(tx, Follow, id=follow_id)


_OF_SOME = (
    one_of(Follow.followed_id, "wanted"),
    Follow.state == "accepted",
)
_LOCAL_FOLLOWERS = (
    select(Follow.follower_id, Follow.followed_id)
    .join(Account, Account.id == Follow.follower_id)
    .where(*_OF_SOME)
)
_BOOST_READERS = _LOCAL_FOLLOWERS.where(Follow.shows_boosts)
_HEARING = (
    select(Follow.follower_id)
    .join(Account, Account.id == Follow.follower_id)
    .where(*_OF_SOME, Follow.notifies)
    .distinct()
)
_FOLLOWED_HERE = (
    select(Follow.id)
    .join(Account, Account.id == Follow.follower_id)
    .where(*_OF_SOME)
    .limit(literal_limit(1))
)
_LOCAL = select(Account.id).where(one_of(Account.id, "wanted"))
