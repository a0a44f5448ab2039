"""What happened for the streams, and which of those who listen it may concern.

Questions about many listeners at once are one statement each: there may be hundreds of them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    union,
    union_all,
)

from fedi_cotweet.domain.ids import id_at
from storage.dialect import one_of
from storage.models import (
    AccessToken,
    Account,
    Actor,
    Block,
    Bookmark,
    Boost,
    Filter,
    Follow,
    HomeEntry,
    HostBlock,
    Like,
    ListMember,
    Mute,
    Pin,
    PollVote,
    Post,
    PostAuthor,
    PostMute,
    PostTag,
    ReaderList,
    StreamEvent,
)
from storage.queries import lists, threads
from storage.queries.audiences import readable
from storage.queries.rows import add as add_row
from storage.queries.rows import among


def add(tx: Connection, /, **values: Any) -> None:
    """Insert an event."""
    add_row(tx, StreamEvent, **values)


def ids_after(tx: Connection, event_id: int) -> list[int]:
    """Ids of the events with greater ids, in order."""
    return [int(row[0]) for row in tx.execute(_AFTER, {"after": event_id})]


def events(tx: Connection, ids: Collection[int]) -> list[StreamEvent]:
    """These events, in order."""
    return sorted(among(tx, StreamEvent, "id", ids), key=lambda event: event.id)


def forget(tx: Connection, before: int) -> int:
    """Delete the events from before a time; how many."""
    return tx.execute(_FORGET, {"before": id_at(before, 0)}).rowcount


def holding(tx: Connection, token_ids: Collection[int], now: int) -> set[int]:
    """Those of the tokens that hold and act for nobody who is shut out or gone."""
    rows = tx.execute(_HOLDING, {"tokens": sorted(token_ids), "now": now})
    return {int(row[0]) for row in rows}


def entries(
    tx: Connection, post_id: int, account_ids: Collection[int]
) -> list[tuple[int, int, int | None]]:
    """Who of these has a post in their home timeline: (account id, place, boosted by)."""
    if not account_ids:
        return []
    rows = tx.execute(_ENTRIES, {"post": post_id, "accounts": sorted(account_ids)})
    return [(int(a), int(b), None if c is None else int(c)) for a, b, c in rows]


def boost_entries(tx: Connection, post_id: int, boost_id: int) -> list[int]:
    """Accounts that have a post in their home timeline as this boost."""
    return [int(row[0]) for row in tx.execute(_BOOSTED, {"post": post_id, "boost": boost_id})]


def lists_with(
    tx: Connection, list_ids: Collection[int], post_id: int, booster_id: int | None
) -> dict[int, int]:
    """Those of the lists with a verified author or the booster of a post: list → its owner.

    Without those that do not show such replies, as ``timelines.of_list``.
    """
    if not list_ids:
        return {}
    values = {"lists": sorted(list_ids), "post": post_id, "booster": booster_id or 0}
    return {int(one): int(owner) for one, owner in tx.execute(_LISTS, values)}


def left_to_lists(tx: Connection, post_id: int, account_ids: Collection[int]) -> set[int]:
    """Those of the accounts whose home timeline leaves a post to a list of theirs."""
    values = {"post": post_id, "accounts": sorted(account_ids)}
    return {int(row[0]) for row in tx.execute(_LEFT_TO_LISTS, values)}


def tags_of(tx: Connection, post_id: int) -> list[str]:
    """The hashtags under which a post is listed."""
    return [str(row[0]) for row in tx.execute(_TAGS, {"post": post_id})]


def readers_of(tx: Connection, post_id: int, account_ids: Collection[int]) -> set[int]:
    """Who of these accounts may read a post, as far as its audience is concerned."""
    values = {"post": post_id, "accounts": sorted(account_ids)}
    return {int(row[0]) for row in tx.execute(_READERS, values)}


def peculiar(tx: Connection, account_ids: Collection[int], people: Collection[int]) -> set[int]:
    """Who of these accounts has any wish or distance that may keep posts by ``people`` from them.

    Blocks in both directions, mutes, blocked servers, filters, and what they want of co-tweets and
    languages. To whoever is not among them all posts by these people look alike.
    """
    values = {"accounts": sorted(account_ids), "people": sorted(people)}
    return {int(row[0]) for row in tx.execute(_PECULIAR, values)}


def marks(tx: Connection, post_id: int, account_ids: Collection[int]) -> dict[int, set[str]]:
    """What these accounts did with a post, as in ``timelines.marks``; those who did nothing are
    left out."""
    found: dict[int, set[str]] = {}
    for name, account_id in tx.execute(_MARKS, {"post": post_id, "accounts": sorted(account_ids)}):
        found.setdefault(int(account_id), set()).add(str(name))
    return found


def filtering(tx: Connection, account_ids: Collection[int]) -> set[int]:
    """Who of these accounts has filters."""
    rows = tx.execute(_FILTERING, {"accounts": sorted(account_ids)})
    return {int(row[0]) for row in rows}


def voters(tx: Connection, post_id: int, account_ids: Collection[int]) -> set[int]:
    """Who of these accounts voted in a post's poll."""
    values = {"post": post_id, "accounts": sorted(account_ids)}
    return {int(row[0]) for row in tx.execute(_VOTERS, values)}


def _id(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


_AFTER = select(StreamEvent.id).where(StreamEvent.id > _id("after")).order_by(StreamEvent.id)
_FORGET = delete(StreamEvent).where(StreamEvent.id < _id("before"))
_HOLDING = (
    select(AccessToken.id)
    .outerjoin(Actor, Actor.id == AccessToken.account_id)
    .where(
        one_of(AccessToken.id, "tokens"),
        AccessToken.revoked_at.is_(None),
        or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > _id("now")),
        Actor.suspended_at.is_(None),
        Actor.gone_at.is_(None),
    )
)
_ENTRIES = select(HomeEntry.account_id, HomeEntry.sort_id, HomeEntry.boosted_by_id).where(
    HomeEntry.post_id == _id("post"), one_of(HomeEntry.account_id, "accounts")
)
_BOOSTED = select(HomeEntry.account_id).where(
    HomeEntry.post_id == _id("post"),
    HomeEntry.sort_id == _id("boost"),
    HomeEntry.boosted_by_id.is_not(None),
)
_LISTS = (
    select(ReaderList.id, ReaderList.account_id)
    .join(ListMember, ListMember.list_id == ReaderList.id)
    .join(Post, Post.id == _id("post"))
    .where(
        one_of(ReaderList.id, "lists"),
        or_(_id("booster") != 0, lists.fits_as_reply()),
        or_(
            ListMember.actor_id == _id("booster"),
            ListMember.actor_id == Post.author_id,
            ListMember.actor_id.in_(
                select(PostAuthor.actor_id).where(
                    PostAuthor.post_id == _id("post"), PostAuthor.state == "verified"
                )
            ),
        ),
    )
)
_LEFT_TO_LISTS = select(HomeEntry.account_id).where(
    HomeEntry.post_id == _id("post"),
    one_of(HomeEntry.account_id, "accounts"),
    HomeEntry.via_id.in_(lists.left_to_lists(HomeEntry.account_id)),
)
_TAGS = select(PostTag.tag).where(PostTag.post_id == _id("post"))
_READERS = (
    select(Account.id)
    .join(Post, Post.id == _id("post"))
    .where(one_of(Account.id, "accounts"), readable(Account.id))
)
_PECULIAR = union(
    select(Block.actor_id).where(
        one_of(Block.actor_id, "accounts"), one_of(Block.target_id, "people")
    ),
    select(Block.target_id).where(
        one_of(Block.actor_id, "people"), one_of(Block.target_id, "accounts")
    ),
    select(Mute.account_id).where(
        one_of(Mute.account_id, "accounts"), one_of(Mute.target_id, "people")
    ),
    select(HostBlock.account_id).where(one_of(HostBlock.account_id, "accounts")),
    select(Filter.account_id).where(one_of(Filter.account_id, "accounts")),
    select(Account.id).where(one_of(Account.id, "accounts"), Account.co_tweets != "all"),
    select(Follow.follower_id).where(
        one_of(Follow.follower_id, "accounts"),
        one_of(Follow.followed_id, "people"),
        or_(
            Follow.co_tweets.is_not(None),
            func.length(cast(Follow.languages, Text)) > len("[]"),
        ),
    ),
)
_MARKS: Any = union_all(
    *(
        select(literal_column(f"'{name}'").label("mark"), column).where(
            post == _id("post"), one_of(column, "accounts"), *more
        )
        for name, post, column, more in (
            ("liked", Like.post_id, Like.actor_id, ()),
            ("boosted", Boost.post_id, Boost.actor_id, (Boost.delivery.is_(False),)),
            ("kept", Bookmark.post_id, Bookmark.account_id, ()),
            ("pinned", Pin.post_id, Pin.actor_id, ()),
        )
    ),
    threads.muting(threads.seed().where(Post.id == _id("post"))).where(
        one_of(PostMute.account_id, "accounts")
    ),
)
_FILTERING = select(Filter.account_id).where(one_of(Filter.account_id, "accounts")).distinct()
_VOTERS = (
    select(PollVote.actor_id)
    .where(PollVote.post_id == _id("post"), one_of(PollVote.actor_id, "accounts"))
    .distinct()
)
