"""Posts, their authors, media, boosts and likes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from storage.dialect import insert_or_ignore, one_of, upsert
from storage.dialect import limit as literal_limit
from storage.models import Boost, Like, Media, Post, PostAuthor, Tombstone
from storage.queries.audiences import EVERYBODYS, VIEWER, readable
from storage.queries.profiles import shown_on
from storage.queries.rows import add, among, change, find, many


def post(tx: Connection, post_id: int) -> Post | None:
    """A post by id of ours, in any state."""
    return find(tx, Post, id=post_id)


def post_by_uri(tx: Connection, uri: str) -> Post | None:
    """A post by its identifier, in any state."""
    return find(tx, Post, uri=uri)


def add_post(tx: Connection, /, **values: Any) -> None:
    """Insert a post."""
    add(tx, Post, **values)


def change_post(tx: Connection, post_id: int, /, **values: Any) -> None:
    """Update columns of a post."""
    change(tx, Post, post_id, **values)


def authors_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, list[PostAuthor]]:
    """Co-author rows of posts, in order of credit. Who is only named with them is none."""
    return _rows_of(tx, post_ids, by_stamp=True)


def companions_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, list[PostAuthor]]:
    """Rows of those who are named with the authors of posts, and are none themselves."""
    return _rows_of(tx, post_ids, by_stamp=False)


def _rows_of(
    tx: Connection, post_ids: Iterable[int], *, by_stamp: bool
) -> dict[int, list[PostAuthor]]:
    wanted = sorted(set(post_ids))
    found: dict[int, list[PostAuthor]] = {post_id: [] for post_id in wanted}
    if not wanted:
        return found
    statement = _AUTHORS if by_stamp else _COMPANIONS
    for row in many(tx, PostAuthor, statement, {"wanted": wanted}):
        found[row.post_id].append(row)
    return found


def post_author(tx: Connection, post_id: int, actor_uri: str) -> PostAuthor | None:
    """One co-author row."""
    return find(tx, PostAuthor, post_id=post_id, actor_uri=actor_uri)


def set_author(tx: Connection, post_id: int, actor_uri: str, /, **values: Any) -> None:
    """Insert or change a co-author row; ``position`` and ``state`` are needed for a new one."""
    row = {"post_id": post_id, "actor_uri": actor_uri, **values}
    upsert(tx, PostAuthor, row, key=["post_id", "actor_uri"])


def remove_author(tx: Connection, post_id: int, actor_uri: str) -> None:
    """Take a co-author off."""
    tx.execute(
        delete(PostAuthor).where(PostAuthor.post_id == post_id, PostAuthor.actor_uri == actor_uri)
    )


def authors_with_stamp(tx: Connection, stamp_uri: str) -> list[PostAuthor]:
    """Co-author rows that rest on a stamp."""
    return many(
        tx,
        PostAuthor,
        select(PostAuthor).where(PostAuthor.stamp_uri == stamp_uri, PostAuthor.via == "stamp"),
    )


def authorships(
    tx: Connection, actor_id: int, state: str, limit: int | None = None
) -> list[PostAuthor]:
    """Everything an actor is a co-author of, in this state; at most ``limit``."""
    found = select(PostAuthor).where(PostAuthor.actor_id == actor_id, PostAuthor.state == state)
    return many(tx, PostAuthor, found if limit is None else found.limit(literal_limit(limit)))


def published_by(tx: Connection, author_id: int, limit: int) -> list[Post]:
    """Published posts of a primary author, in whatever order."""
    return many(
        tx,
        Post,
        select(Post)
        .where(Post.author_id == author_id, Post.state == "published")
        .limit(literal_limit(limit)),
    )


def boosts_by(tx: Connection, actor_id: int, limit: int) -> list[Boost]:
    """Announces by an actor, in whatever order; the carrying ones of a co-author left out."""
    mine = select(Boost).where(Boost.actor_id == actor_id, Boost.delivery.is_(False))
    return many(tx, Boost, mine.limit(literal_limit(limit)))


def forget_likes(tx: Connection, actor_id: int) -> None:
    """Take back all Likes of an actor."""
    tx.execute(delete(Like).where(Like.actor_id == actor_id))


def written_together(
    tx: Connection, one_id: int, other_id: int, limit: int
) -> list[tuple[Post, bool]]:
    """Published posts of which both are authors; with each, whether it is primarily the one's."""
    beside = exists(
        select(PostAuthor.post_id).where(
            PostAuthor.post_id == Post.id,
            PostAuthor.actor_id == other_id,
            PostAuthor.state == "verified",
        )
    )
    window = literal_limit(limit)
    own = many(
        tx,
        Post,
        select(Post)
        .where(Post.author_id == one_id, Post.state == "published", Post.co_authored, beside)
        .order_by(Post.sort_id.desc())
        .limit(window),
    )
    mine = aliased(PostAuthor)
    joint = many(
        tx,
        Post,
        select(Post)
        .join(mine, mine.post_id == Post.id)
        .where(
            mine.actor_id == one_id,
            mine.state == "verified",
            Post.state == "published",
            or_(Post.author_id == other_id, beside),
        )
        .order_by(Post.sort_id.desc())
        .limit(window),
    )
    return [*((post, True) for post in own), *((post, False) for post in joint)]


def authors_due(tx: Connection, now: int, limit: int) -> list[int]:
    """Posts whose stamps are due for another look."""
    rows = tx.execute(
        select(PostAuthor.post_id)
        .where(PostAuthor.next_check_at <= now)
        .order_by(PostAuthor.next_check_at)
        .limit(literal_limit(limit))
    )
    return list(dict.fromkeys(int(row[0]) for row in rows))


def profile_posts(
    tx: Connection,
    actor_id: int,
    *,
    shown_since: int,
    before: int | None,
    limit: int,
    viewer_id: int | None = None,
) -> list[Post]:
    """Published posts on an actor's profile that the viewer may read, newest first.

    Direct ones stand on none. Own posts and those on which the actor is a verified co-author, whose
    stamp was fetched after ``shown_since``; not those that the actor hides there.
    """
    window = literal_limit(limit)
    older = [Post.sort_id < before] if before is not None else []
    fit = [
        Post.state == "published",
        _fit_for(viewer_id),
        Post.visibility != "direct",
        shown_on(actor_id),
        *older,
    ]
    values = None if viewer_id is None else {VIEWER: viewer_id}
    own = many(
        tx,
        Post,
        select(Post)
        .where(Post.author_id == actor_id, *fit)
        .order_by(Post.sort_id.desc())
        .limit(window),
        values,
    )
    joint = many(
        tx,
        Post,
        select(Post)
        .join(PostAuthor, PostAuthor.post_id == Post.id)
        .where(
            PostAuthor.actor_id == actor_id,
            PostAuthor.state == "verified",
            PostAuthor.fetched_at > shown_since,
            *fit,
        )
        .order_by(Post.sort_id.desc())
        .limit(window),
        values,
    )
    merged = {p.id: p for p in [*own, *joint]}
    return sorted(merged.values(), key=lambda p: p.sort_id, reverse=True)[:limit]


def count_profile_posts(tx: Connection, actor_id: int, shown_since: int) -> int:
    """How many posts stand on an actor's profile."""
    own = tx.execute(
        select(func.count())
        .select_from(Post)
        .where(
            Post.author_id == actor_id,
            Post.state == "published",
            Post.visibility.in_(("public", "unlisted")),
            shown_on(actor_id),
        )
    ).scalar_one()
    joint = tx.execute(
        select(func.count())
        .select_from(PostAuthor)
        .join(Post, Post.id == PostAuthor.post_id)
        .where(
            PostAuthor.actor_id == actor_id,
            PostAuthor.state == "verified",
            PostAuthor.fetched_at > shown_since,
            Post.state == "published",
            Post.visibility.in_(("public", "unlisted")),
            shown_on(actor_id),
        )
    ).scalar_one()
    return int(own) + int(joint)


def local_public_posts(
    tx: Connection, before: int | None, limit: int, *, here: bool = False
) -> list[Post]:
    """The newest public posts whose primary author lives here; ``here``: those for here too."""
    listed = ("public", "local") if here else ("public",)
    statement = (
        select(Post)
        .where(Post.local.is_(True), Post.state == "published", Post.visibility.in_(listed))
        .order_by(Post.sort_id.desc())
        .limit(literal_limit(limit))
    )
    if before is not None:
        statement = statement.where(Post.sort_id < before)
    return many(tx, Post, statement)


def count_local_posts(tx: Connection) -> int:
    """Published posts by people of this server that are for everybody."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(Post)
            .where(
                Post.local.is_(True),
                Post.state == "published",
                Post.visibility.in_(EVERYBODYS),
            )
        ).scalar_one()
    )


def drafts_of(tx: Connection, author_id: int) -> list[Post]:
    """An author's co-tweets that are not published."""
    return many(
        tx,
        Post,
        select(Post)
        .where(Post.author_id == author_id, Post.state == "draft")
        .order_by(Post.sort_id.desc()),
    )


def due_drafts(tx: Connection, now: int, limit: int) -> list[Post]:
    """Drafts whose time has come, those that waited longest first."""
    return many(
        tx,
        Post,
        select(Post)
        .where(Post.state == "draft", Post.scheduled_at <= now)
        .order_by(Post.scheduled_at)
        .limit(literal_limit(limit)),
    )


def counts(tx: Connection, post_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(likes, boosts) of posts; the carrying Announces of co-authors are not boosts."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    likes = _numbers(tx, _LIKES, wanted)
    boosts = _numbers(tx, _BOOSTS, wanted)
    return {post_id: (likes.get(post_id, 0), boosts.get(post_id, 0)) for post_id in wanted}


def _numbers(tx: Connection, statement: Select[int, int], wanted: Sequence[int]) -> dict[int, int]:
    return {int(key): int(number) for key, number in tx.execute(statement, {"wanted": wanted})}


def reply_counts(tx: Connection, uris: Iterable[str]) -> dict[str, int]:
    """Published public and unlisted replies per object id."""
    wanted = sorted(set(uris))
    if not wanted:
        return {}
    rows = tx.execute(_REPLIES, {"wanted": wanted})
    return {str(uri): int(n) for uri, n in rows}


def replies_to(tx: Connection, uri: str, limit: int, *, after: int | None = None) -> list[Post]:
    """Published public and unlisted replies to an object, oldest first; ``after`` a sort id."""
    statement = (
        select(Post)
        .where(
            Post.in_reply_to_uri == uri,
            Post.state == "published",
            Post.visibility.in_(("public", "unlisted")),
        )
        .order_by(Post.sort_id)
        .limit(literal_limit(limit))
    )
    return many(tx, Post, statement if after is None else statement.where(Post.sort_id > after))


def replies_to_any(
    tx: Connection, uris: Iterable[str], limit: int, viewer_id: int | None = None
) -> list[Post]:
    """Published replies to any of these objects that the viewer may read, oldest first."""
    wanted = sorted(set(uris))
    if not wanted:
        return []
    window, values = literal_limit(limit), {"wanted": wanted}
    if viewer_id is None:
        return many(tx, Post, _REPLIES_TO_ANY.limit(window), values)
    return many(tx, Post, _SEEN_REPLIES.limit(window), {**values, VIEWER: viewer_id})


def _fit_for(viewer_id: int | None) -> ColumnElement[bool]:
    return Post.visibility.in_(EVERYBODYS) if viewer_id is None else readable()


def add_boost(tx: Connection, /, **values: Any) -> bool:
    """Insert an Announce; False when this actor has announced this post before."""
    return bool(insert_or_ignore(tx, Boost, values))


def boost_by_uri(tx: Connection, uri: str) -> Boost | None:
    """An Announce by its id."""
    return find(tx, Boost, uri=uri)


def boost_between(tx: Connection, actor_id: int, post_id: int) -> Boost | None:
    """The Announce of a post by an actor."""
    return find(tx, Boost, actor_id=actor_id, post_id=post_id)


def boosts_of(tx: Connection, post_id: int) -> list[Boost]:
    """All Announces of a post."""
    return many(tx, Boost, select(Boost).where(Boost.post_id == post_id).order_by(Boost.id))


def set_boost_delivery(tx: Connection, boost_id: int, delivery: bool) -> None:
    """Whether an Announce only carries a co-tweet to its author's followers."""
    tx.execute(update(Boost).where(Boost.id == boost_id).values(delivery=delivery))


def boost_came_itself(tx: Connection, boost: Boost, uri: str) -> None:
    """An Announce that was only told of has come from its actor, with this identifier."""
    if boost_by_uri(tx, uri) is not None:
        uri = boost.uri
    tx.execute(update(Boost).where(Boost.id == boost.id).values(relayed_at=None, uri=uri))


def remove_boost(tx: Connection, boost_id: int) -> None:
    """Take an Announce back."""
    tx.execute(delete(Boost).where(Boost.id == boost_id))


def add_like(tx: Connection, /, **values: Any) -> bool:
    """Insert a Like; False when this actor likes this post already."""
    return bool(insert_or_ignore(tx, Like, values))


def like_by_uri(tx: Connection, uri: str) -> Like | None:
    """A Like by its id."""
    return find(tx, Like, uri=uri)


def like_between(tx: Connection, actor_id: int, post_id: int) -> Like | None:
    """The Like of a post by an actor."""
    return find(tx, Like, actor_id=actor_id, post_id=post_id)


def remove_like(tx: Connection, actor_id: int, post_id: int) -> None:
    """Take a Like back."""
    tx.execute(delete(Like).where(Like.actor_id == actor_id, Like.post_id == post_id))


def add_media(tx: Connection, /, **values: Any) -> None:
    """Insert a media row."""
    add(tx, Media, **values)


def media(tx: Connection, media_id: int) -> Media | None:
    """A media row by id."""
    return find(tx, Media, id=media_id)


def media_by_token(tx: Connection, token: str) -> Media | None:
    """A media row by the unguessable part of its address."""
    return find(tx, Media, token=token)


def change_media(tx: Connection, media_id: int, /, **values: Any) -> None:
    """Update columns of a media row."""
    change(tx, Media, media_id, **values)


def media_of(
    tx: Connection, *, post_ids: Iterable[int] = (), offer_ids: Iterable[int] = ()
) -> list[Media]:
    """Media of posts and offers, in order."""
    posts, offers = sorted(set(post_ids)), sorted(set(offer_ids))
    if not posts and not offers:
        return []
    if not offers:
        return many(tx, Media, _MEDIA_OF_POSTS, {"posts": posts})
    return many(tx, Media, _MEDIA, {"posts": posts, "offers": offers})


def remove_media(tx: Connection, media_ids: Sequence[int]) -> None:
    """Delete media rows (their files are swept later)."""
    if media_ids:
        tx.execute(delete(Media).where(Media.id.in_(list(media_ids))))


def bury(tx: Connection, uri: str, owner_uri: str, now: int) -> bool:
    """Remember that an id was deleted by ``owner_uri``; False when that was known."""
    return bool(
        insert_or_ignore(tx, Tombstone, {"uri": uri, "owner_uri": owner_uri, "deleted_at": now})
    )


def buried(tx: Connection, uri: str, owner_uri: str) -> Tombstone | None:
    """The tombstone of an id, if this actor deleted it."""
    return find(tx, Tombstone, uri=uri, owner_uri=owner_uri)


def posts_by_id(tx: Connection, post_ids: Iterable[int]) -> dict[int, Post]:
    """Posts by id of ours."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    return {p.id: p for p in among(tx, Post, "id", wanted)}


_NAMED = (
    select(PostAuthor)
    .where(one_of(PostAuthor.post_id, "wanted"))
    .order_by(PostAuthor.post_id, PostAuthor.position)
)
_AUTHORS = _NAMED.where(PostAuthor.via == "stamp")
_COMPANIONS = _NAMED.where(PostAuthor.via != "stamp")
_LIKES = (
    select(Like.post_id, func.count()).where(one_of(Like.post_id, "wanted")).group_by(Like.post_id)
)
_BOOSTS = (
    select(Boost.post_id, func.count())
    .where(one_of(Boost.post_id, "wanted"), Boost.delivery.is_(False))
    .group_by(Boost.post_id)
)
_REPLIES = (
    select(Post.in_reply_to_uri, func.count())
    .where(
        Post.in_reply_to_uri.in_(bindparam("wanted", expanding=True)),
        Post.state == "published",
        Post.visibility.in_(("public", "unlisted")),
    )
    .group_by(Post.in_reply_to_uri)
)
_ANSWERS = (
    select(Post)
    .where(
        Post.in_reply_to_uri.in_(bindparam("wanted", expanding=True)),
        Post.state == "published",
    )
    .order_by(Post.sort_id)
)
_REPLIES_TO_ANY = _ANSWERS.where(Post.visibility.in_(EVERYBODYS))
_SEEN_REPLIES = _ANSWERS.where(readable())
_OF_POSTS = one_of(Media.post_id, "posts")
_OF_OFFERS = one_of(Media.offer_id, "offers")
_MEDIA_OF_POSTS = select(Media).where(_OF_POSTS).order_by(Media.position, Media.id)
_MEDIA = select(Media).where(or_(_OF_POSTS, _OF_OFFERS)).order_by(Media.position, Media.id)
