"""Timelines by window, in the ids that clients know: ``sort_id`` of a post, ``id`` of a boost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    union_all,
)

from fedi_cotweet.domain.windows import Window
from storage.dialect import one_of
from storage.models import (
    Bookmark,
    Boost,
    Follow,
    HomeEntry,
    Like,
    ListMember,
    Pin,
    Post,
    PostAuthor,
    PostTag,
    ReaderList,
)
from storage.queries import lists, threads
from storage.queries.audiences import EVERYBODYS, VIEWER, readable
from storage.queries.profiles import shown_on
from storage.queries.rows import among, find, many
from storage.windows import paged, values_of

Entry = tuple[int, int, int | None]
"""(post id, place, who boosted it)."""


def status(tx: Connection, number: int) -> Post | None:
    """The post that clients know by this number; else that with this id, which drafts are."""
    return find(tx, Post, sort_id=number) or find(tx, Post, id=number)


def boost(tx: Connection, number: int) -> Boost | None:
    """The boost that clients know by this number; those that only carry a co-tweet are none."""
    found = find(tx, Boost, id=number)
    return None if found is None or found.delivery else found


def boosts(tx: Connection, numbers: Iterable[int]) -> dict[int, Boost]:
    """Boosts by their ids."""
    wanted = sorted(set(numbers))
    return {found.id: found for found in among(tx, Boost, "id", wanted)}


def home(
    tx: Connection, account_id: int, window: Window, *, with_lists: bool = False
) -> list[Entry]:
    """Entries of a reader's home timeline; ``with_lists``: those too that it leaves to lists."""
    statement = _all_of_home(window) if with_lists else _home(window)
    return _entries(tx, statement, {"account": account_id, **values_of(window)})


def of_list(tx: Connection, account_id: int, list_id: int, window: Window) -> list[Entry]:
    """Those that a member of a list wrote, alone or as a verified co-author, or boosted.

    Without the replies that the list does not show; what is boosted is shown whatever it answers.
    """
    values = {"account": account_id, "list": list_id, **values_of(window)}
    return _entries(tx, _of_list(window), values)


def public(tx: Connection, window: Window, *, local: bool, here: bool) -> list[Post]:
    """Public posts of this server's people or of all others; ``here``: those for here too."""
    listed = ("public", "local") if here and local else ("public",)
    values = {"local": local, "listed": listed, **values_of(window)}
    return many(tx, Post, _public(window), values)


def with_tag(tx: Connection, tag: str, window: Window) -> list[Post]:
    """Public posts with a hashtag, folded to lower case."""
    return many(tx, Post, _with_tag(window), {"tag": tag, **values_of(window)})


def of_profile(
    tx: Connection, actor_id: int, viewer_id: int | None, shown_since: int, window: Window
) -> list[Post]:
    """What somebody wrote, or is a verified co-author of, by a stamp fetched after ``shown_since``.

    As far as the viewer may read it; no direct posts, and none that they hide on their profile.
    """
    values = {
        "actor": actor_id,
        "since": shown_since,
        VIEWER: viewer_id or 0,
        **values_of(window),
    }
    found = many(tx, Post, _written(window), values)
    found += many(tx, Post, _co_written(window), values)
    unique = {post.id: post for post in found}.values()
    ordered = sorted(unique, key=lambda post: post.sort_id, reverse=not window.upwards)
    return ordered[: window.limit]


def boosted(tx: Connection, actor_id: int, viewer_id: int | None, window: Window) -> list[Boost]:
    """Somebody's boosts, as far as the viewer may see them."""
    values = {"actor": actor_id, VIEWER: viewer_id or 0, **values_of(window)}
    return many(tx, Boost, _boosted(window), values)


def may_see_boost(tx: Connection, boost: Boost, viewer_id: int | None) -> bool:
    """Whether a viewer (None: a stranger) may see that somebody boosted a post."""
    values = {"id": boost.id, VIEWER: viewer_id or 0}
    return tx.execute(_BOOST_SEEN, values).first() is not None


def places_of(tx: Connection, uris: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Of known posts by identifier: the number clients know, and the primary author's id."""
    wanted = sorted(set(uris))
    if not wanted:
        return {}
    rows = tx.execute(_PLACES, {"wanted": wanted})
    return {str(uri): (int(place), int(author)) for uri, place, author in rows}


def marks(tx: Connection, account_id: int, post_ids: Iterable[int]) -> dict[str, set[int]]:
    """What a reader did with posts: ids of those ``liked``, ``boosted``, ``kept``, ``pinned``
    and in threads that they ``muted``."""
    found: dict[str, set[int]] = {name: set() for name in _MARKS}
    wanted = sorted(set(post_ids))
    for name, post_id in (
        tx.execute(_ALL_MARKS, {"account": account_id, "wanted": wanted}) if wanted else ()
    ):
        found[name].add(int(post_id))
    return found


def _entries(
    tx: Connection, statement: Select[*tuple[Any, ...]], values: dict[str, Any]
) -> list[Entry]:
    rows = tx.execute(statement, values).all()
    return [(int(a), int(b), None if c is None else int(c)) for a, b, c in rows]


_HOME = select(HomeEntry.post_id, HomeEntry.sort_id, HomeEntry.boosted_by_id).where(
    HomeEntry.account_id == bindparam("account")
)
_ON_LIST = select(ListMember.actor_id).where(ListMember.list_id == bindparam("list"))
_ACCOUNT = bindparam("account", type_=BigInteger)
_all_of_home = paged(lambda: (_HOME, HomeEntry.sort_id))
_home = paged(
    lambda: (
        _HOME.where(HomeEntry.via_id.not_in(lists.left_to_lists(_ACCOUNT))),
        HomeEntry.sort_id,
    )
)
_of_list = paged(
    lambda: (
        _HOME.join(Post, Post.id == HomeEntry.post_id)
        .join(ReaderList, ReaderList.id == bindparam("list", type_=BigInteger))
        .where(
            or_(HomeEntry.boosted_by_id.is_not(None), lists.fits_as_reply()),
            or_(
                Post.author_id.in_(_ON_LIST),
                HomeEntry.boosted_by_id.in_(_ON_LIST),
                exists().where(
                    PostAuthor.post_id == HomeEntry.post_id,
                    PostAuthor.state == "verified",
                    PostAuthor.actor_id.in_(_ON_LIST),
                ),
            ),
        ),
        HomeEntry.sort_id,
    )
)
_public = paged(
    lambda: (
        select(Post).where(
            Post.local == bindparam("local"),
            Post.state == "published",
            Post.visibility.in_(bindparam("listed", expanding=True)),
        ),
        Post.sort_id,
    )
)
_with_tag = paged(
    lambda: (
        select(Post)
        .join(PostTag, PostTag.post_id == Post.id)
        .where(
            PostTag.tag == bindparam("tag"),
            Post.state == "published",
            Post.visibility == "public",
        ),
        PostTag.sort_id,
    )
)
_written = paged(
    lambda: (
        select(Post).where(
            Post.author_id == bindparam("actor", type_=BigInteger),
            Post.state == "published",
            Post.visibility != "direct",
            shown_on(bindparam("actor", type_=BigInteger)),
            readable(),
        ),
        Post.sort_id,
    )
)
_co_written = paged(
    lambda: (
        select(Post)
        .join(PostAuthor, PostAuthor.post_id == Post.id)
        .where(
            PostAuthor.actor_id == bindparam("actor", type_=BigInteger),
            PostAuthor.state == "verified",
            PostAuthor.fetched_at > bindparam("since"),
            Post.state == "published",
            Post.visibility != "direct",
            shown_on(bindparam("actor", type_=BigInteger)),
            readable(),
        ),
        Post.sort_id,
    )
)
_VIEWER = bindparam(VIEWER, type_=BigInteger)
_FOR_VIEWER = or_(
    Boost.visibility != "followers",
    Boost.actor_id == _VIEWER,
    exists().where(
        Follow.follower_id == _VIEWER,
        Follow.followed_id == Boost.actor_id,
        Follow.state == "accepted",
    ),
)
_BOOST_SEEN = select(Boost.id).where(Boost.id == bindparam("id", type_=BigInteger), _FOR_VIEWER)
_boosted = paged(
    lambda: (
        select(Boost)
        .join(Post, Post.id == Boost.post_id)
        .where(
            Boost.actor_id == bindparam("actor"),
            Boost.delivery.is_(False),
            Boost.relayed_at.is_(None),
            _FOR_VIEWER,
            Post.state == "published",
            Post.visibility.in_(EVERYBODYS),
        ),
        Boost.id,
    )
)
_PLACES = select(Post.uri, Post.sort_id, Post.author_id).where(
    Post.uri.in_(bindparam("wanted", expanding=True)), Post.state == "published"
)
_MARKS: dict[str, Select[int]] = {
    "liked": select(Like.post_id).where(
        one_of(Like.post_id, "wanted"), Like.actor_id == bindparam("account")
    ),
    "boosted": select(Boost.post_id).where(
        one_of(Boost.post_id, "wanted"),
        Boost.actor_id == bindparam("account"),
        Boost.delivery.is_(False),
    ),
    "kept": select(Bookmark.post_id).where(
        one_of(Bookmark.post_id, "wanted"), Bookmark.account_id == bindparam("account")
    ),
    "muted": threads.muted(
        bindparam("account", type_=BigInteger), threads.seed().where(one_of(Post.id, "wanted"))
    ),
    "pinned": select(Pin.post_id).where(
        one_of(Pin.post_id, "wanted"), Pin.actor_id == bindparam("account")
    ),
}
_ALL_MARKS = union_all(
    *(
        statement.with_only_columns(
            literal_column(f"'{name}'").label("mark"), *statement.selected_columns
        )
        for name, statement in _MARKS.items()
    )
)
