"""Whom the authors of posts keep away, and what these did with the posts before."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Select,
    bindparam,
    delete,
    literal,
    select,
    union,
)
from sqlalchemy.orm import aliased

from fedi_cotweet.domain.windows import Window
from storage.dialect import one_of
from storage.models import Actor, Block, Boost, HostBlock, Like, Notification, Post, PostAuthor
from storage.queries.rows import M, change, many
from storage.windows import shape_of, values_of, windowed


def kept_away(
    tx: Connection, author_ids: Collection[int], actor_id: int, hosts: Collection[str]
) -> bool:
    """Whether any of some authors blocks an actor, or one of the names of the actor's server."""
    values = {"authors": sorted(set(author_ids)), "actor": actor_id}
    if tx.execute(_BLOCKED, values).first() is not None:
        return True
    if not hosts:
        return False
    values = {"authors": sorted(set(author_ids)), "hosts": sorted(set(hosts))}
    return tx.execute(_HOST_BLOCKED, values).first() is not None


def likes(
    tx: Connection, actor_id: int, author_id: int | None, after: int, limit: int
) -> list[Like]:
    """Likes by an actor of posts of one author (None: of anybody), by id."""
    statement = select(Like).where(Like.actor_id == _ACTOR)
    return _done(tx, Like, statement, Like.id, Like.post_id, (actor_id, author_id, after, limit))


def boosts(
    tx: Connection, actor_id: int, author_id: int | None, after: int, limit: int
) -> list[Boost]:
    """The same of Announces, without those that carry a co-tweet."""
    statement = select(Boost).where(Boost.actor_id == _ACTOR, Boost.delivery.is_(False))
    return _done(tx, Boost, statement, Boost.id, Boost.post_id, (actor_id, author_id, after, limit))


def answers(
    tx: Connection, actor_id: int, author_id: int | None, after: int, limit: int
) -> list[Post]:
    """The same of replies, by their sort id."""
    statement = select(Post).where(
        Post.author_id == _ACTOR, Post.state == "published", Post.in_reply_to_uri.is_not(None)
    )
    if author_id is not None:
        statement = statement.join(_ANSWERED, _ANSWERED.uri == Post.in_reply_to_uri)
    asked = (actor_id, author_id, after, limit)
    return _done(tx, Post, statement, Post.sort_id, _ANSWERED.id, asked)


def _done(
    tx: Connection,
    model: type[M],
    statement: Select[*tuple[Any, ...]],
    place: Any,
    post_id: Any,
    asked: tuple[int, int | None, int, int],
) -> list[M]:
    """What an actor did after a place, and, ``asked`` for an author, with posts of theirs."""
    actor_id, author_id, after, limit = asked
    values = {"actor": actor_id, **values_of(Window(limit, after=after))}
    if author_id is not None:
        statement, values = statement.where(post_id.in_(_POSTS)), {**values, "author": author_id}
    return many(tx, model, windowed(statement, place, shape_of(Window(limit, after=after))), values)


def people_from(tx: Connection, author_id: int, hosts: Collection[str]) -> list[int]:
    """Who lives on these servers and liked, boosted or answered posts of an author, or told them
    something else."""
    found = tx.execute(_PEOPLE, {"author": author_id, "hosts": sorted(set(hosts))})
    return sorted(int(row[0]) for row in found)


def heard_of(tx: Connection, account_id: int, actor_id: int) -> list[tuple[int, str]]:
    """(id, kind) of what an account heard of an actor."""
    found = tx.execute(_HEARD, {"account": account_id, "actor": actor_id})
    return [(int(key), str(kind)) for key, kind in found]


def forget_notifications(tx: Connection, notification_ids: Collection[int]) -> None:
    """Delete notifications."""
    if notification_ids:
        tx.execute(_FORGET, {"wanted": sorted(notification_ids)})


def set_kept_out(tx: Connection, post_id: int, at: int | None) -> None:
    """A reply stands under what it answers no more, or (None) again."""
    change(tx, Post, post_id, kept_out_at=at)


_ACTOR = bindparam("actor", type_=BigInteger)
_AUTHOR = bindparam("author", type_=BigInteger)
_ANSWERED = aliased(Post)
_HOSTS: BindParameter[str] = bindparam("hosts", expanding=True)
_BLOCKED = (
    select(literal(1)).where(one_of(Block.actor_id, "authors"), Block.target_id == _ACTOR).limit(1)
)
_HOST_BLOCKED = (
    select(literal(1))
    .where(one_of(HostBlock.account_id, "authors"), HostBlock.host.in_(_HOSTS))
    .limit(1)
)
_POSTS = union(
    select(Post.id).where(Post.author_id == _AUTHOR, Post.state == "published"),
    select(PostAuthor.post_id).where(
        PostAuthor.actor_id == _AUTHOR, PostAuthor.state == "verified"
    ),
).scalar_subquery()
_PEOPLE = union(
    select(Actor.id)
    .join(Like, Like.actor_id == Actor.id)
    .where(Like.post_id.in_(_POSTS), Actor.host.in_(_HOSTS)),
    select(Actor.id)
    .join(Boost, Boost.actor_id == Actor.id)
    .where(Boost.post_id.in_(_POSTS), Actor.host.in_(_HOSTS)),
    select(Actor.id)
    .join(Post, Post.author_id == Actor.id)
    .join(_ANSWERED, _ANSWERED.uri == Post.in_reply_to_uri)
    .where(_ANSWERED.id.in_(_POSTS), Actor.host.in_(_HOSTS)),
    select(Actor.id)
    .join(Notification, Notification.actor_id == Actor.id)
    .where(Notification.account_id == _AUTHOR, Actor.host.in_(_HOSTS)),
)
_HEARD = select(Notification.id, Notification.kind).where(
    Notification.account_id == bindparam("account", type_=BigInteger),
    Notification.actor_id == _ACTOR,
)
_FORGET = delete(Notification).where(one_of(Notification.id, "wanted"))
