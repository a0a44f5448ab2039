"""Home timelines: one row per reader and post, whoever brought it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from storage.dialect import insert_or_ignore, one_of
from storage.models import Account, Block, Boost, Follow, HomeEntry, Mute
from storage.queries import lists
from storage.queries.rows import many


def add_entries(
    tx: Connection,
    post_id: int,
    sort_id: int,
    via: Mapping[int, int],
    *,
    boosted_by: int | None = None,
) -> None:
    """Put a post into home timelines: account id → the followed actor through whom it came.

    Readers who have it already keep what they have.
    """
    rows = [
        {
            "account_id": account_id,
            "post_id": post_id,
            "sort_id": sort_id,
            "boosted_by_id": boosted_by,
            "via_id": via_id,
        }
        for account_id, via_id in via.items()
    ]
    if rows:
        insert_or_ignore(tx, HomeEntry, rows)


def begin(tx: Connection, post_id: int, sort_id: int, author_id: int, *, followers: bool) -> None:
    """Give a post that nobody has yet to its author and their followers, as far as they are local.

    In one statement: most posts that come in need nothing else.
    """
    statement = _BEGIN if followers else _BEGIN_ALONE
    tx.execute(statement, {"post": post_id, "sort": sort_id, "author": author_id})


def entries_of(tx: Connection, post_id: int) -> list[HomeEntry]:
    """Who has a post in their home timeline, and why."""
    return many(tx, HomeEntry, _ENTRIES, {"post": post_id})


def remove_entries(tx: Connection, post_id: int, account_ids: Iterable[int]) -> None:
    """Take a post out of some readers' home timelines."""
    wanted = sorted(set(account_ids))
    if wanted:
        tx.execute(_REMOVE_SOME, {"post": post_id, "wanted": wanted})


def set_entry(
    tx: Connection, account_id: int, post_id: int, *, via: int, boosted_by: int | None
) -> None:
    """Change through whom a reader has a post."""
    tx.execute(
        update(HomeEntry)
        .where(HomeEntry.account_id == account_id, HomeEntry.post_id == post_id)
        .values(via_id=via, boosted_by_id=boosted_by)
    )


def boost_instead(tx: Connection, post_id: int, sort_id: int, booster_id: int, now: int) -> None:
    """Who has a post through somebody whom they keep away has it through another booster now.

    So has whose home timeline leaves the booster to a list, but not the other one.

    As far as they follow that one: else the post would stay hidden from them.
    """
    values = {"post": post_id, "sort": sort_id, "booster": booster_id, "now": now}
    tx.execute(_BOOST_INSTEAD, values)


def remove_post(tx: Connection, post_id: int) -> None:
    """Take a post out of every home timeline."""
    tx.execute(_REMOVE, {"post": post_id})


def boosters(tx: Connection, post_id: int) -> list[tuple[int, int]]:
    """Actors who announced a post, oldest first, with the boost's id.

    Left out are those who only carry it, and those of whom only its primary author says so.
    """
    rows = tx.execute(_BOOSTERS, {"post": post_id})
    return [(int(a), int(b)) for a, b in rows]


def brought_by(tx: Connection, account_id: int, via_id: int) -> list[int]:
    """Posts that a reader has through an actor."""
    rows = tx.execute(
        select(HomeEntry.post_id).where(
            HomeEntry.account_id == account_id, HomeEntry.via_id == via_id
        )
    )
    return [int(row[0]) for row in rows]


_ENTRIES = select(HomeEntry).where(HomeEntry.post_id == bindparam("post"))
_REMOVE = delete(HomeEntry).where(HomeEntry.post_id == bindparam("post"))
_REMOVE_SOME = _REMOVE.where(one_of(HomeEntry.account_id, "wanted"))
_BOOSTERS = (
    select(Boost.actor_id, Boost.id)
    .where(
        Boost.post_id == bindparam("post"),
        Boost.delivery.is_(False),
        Boost.relayed_at.is_(None),
    )
    .order_by(Boost.id)
)

_NEW = tuple(bindparam(name, type_=BigInteger) for name in ("post", "sort", "author"))
_AUTHOR = select(Account.id, *_NEW).where(Account.id == bindparam("author"))
_READERS = (
    select(Follow.follower_id, *_NEW)
    .join(Account, Account.id == Follow.follower_id)
    .where(Follow.followed_id == bindparam("author"), Follow.state == "accepted")
)
_COLUMNS = ("account_id", "post_id", "sort_id", "via_id")
_BEGIN = insert(HomeEntry).from_select(_COLUMNS, _READERS.union(_AUTHOR))
_BEGIN_ALONE = insert(HomeEntry).from_select(_COLUMNS, _AUTHOR)

_BOOSTER = bindparam("booster", type_=BigInteger)
_BOOST_INSTEAD = (
    update(HomeEntry)
    .where(
        HomeEntry.post_id == bindparam("post"),
        HomeEntry.boosted_by_id.is_not(None),
        exists(
            select(Follow.id).where(
                Follow.follower_id == HomeEntry.account_id,
                Follow.followed_id == _BOOSTER,
                Follow.state == "accepted",
            )
        ),
        or_(
            exists(
                select(Mute.account_id).where(
                    Mute.account_id == HomeEntry.account_id,
                    Mute.target_id == HomeEntry.boosted_by_id,
                    or_(Mute.until.is_(None), Mute.until > bindparam("now", type_=BigInteger)),
                )
            ),
            exists(
                select(Block.id).where(
                    Block.actor_id == HomeEntry.account_id,
                    Block.target_id == HomeEntry.boosted_by_id,
                )
            ),
            exists(
                select(Block.id).where(
                    Block.actor_id == HomeEntry.boosted_by_id,
                    Block.target_id == HomeEntry.account_id,
                )
            ),
            HomeEntry.boosted_by_id.in_(lists.left_to_lists(HomeEntry.account_id)),
        ),
        _BOOSTER.not_in(lists.left_to_lists(HomeEntry.account_id)),
    )
    .values(sort_id=bindparam("sort", type_=BigInteger), via_id=_BOOSTER, boosted_by_id=_BOOSTER)
)
