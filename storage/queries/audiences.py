"""Who may read which posts: those that are not for everybody are for the people they name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, or_, select
from sqlalchemy import exists as there_is
from sqlalchemy.orm import aliased

from fedi_cotweet.domain.windows import Window
from storage.dialect import insert_or_ignore, one_of
from storage.models import Account, Addressee, Follow, Post
from storage.queries.rows import many
from storage.windows import paged, values_of

EVERYBODYS: Final = ("public", "unlisted")
VIEWER: Final = "viewer"
"""The parameter of ``readable``: an actor's id, 0 for a stranger."""


def readable(viewer: Any = None) -> ColumnElement[bool]:
    """Whether ``VIEWER``, or the account in a column, may read a post, as far as its audience goes.

    ``followers``: accepted followers of its author. ``local``: whoever has an account here. Those
    it names may in any case, and so may its author.
    """
    viewer = bindparam(VIEWER, type_=BigInteger) if viewer is None else viewer
    follows = there_is(
        select(Follow.id).where(
            Follow.follower_id == viewer,
            Follow.followed_id == Post.author_id,
            Follow.state == "accepted",
        )
    )
    named = there_is(
        select(Addressee.post_id).where(Addressee.post_id == Post.id, Addressee.actor_id == viewer)
    )
    account = aliased(Account)
    here = there_is(select(account.id).where(account.id == viewer))
    return or_(
        Post.visibility.in_(EVERYBODYS),
        Post.author_id == viewer,
        and_(Post.visibility == "followers", follows),
        and_(Post.visibility == "local", here),
        named,
    )


def read_by(tx: Connection, viewer_id: int, post_ids: Iterable[int]) -> set[int]:
    """Those of the posts, in whatever state, that an actor may read."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return set()
    rows = tx.execute(_READ_BY, {"wanted": wanted, VIEWER: viewer_id})
    return {int(row[0]) for row in rows}


def address(tx: Connection, post_id: int, sort_id: int, actor_ids: Iterable[int]) -> None:
    """A post names these people too."""
    rows = [
        {"post_id": post_id, "actor_id": actor_id, "sort_id": sort_id}
        for actor_id in dict.fromkeys(actor_ids)
    ]
    if rows:
        insert_or_ignore(tx, Addressee, rows)


def addressees(tx: Connection, post_id: int) -> list[int]:
    """Whom a post names, and its author."""
    return [int(row[0]) for row in tx.execute(_ADDRESSEES, {"post": post_id})]


def direct_posts(tx: Connection, actor_id: int, window: Window) -> list[Post]:
    """Direct posts by somebody or to them."""
    return many(tx, Post, _direct(window), {"actor": actor_id, **values_of(window)})


_direct = paged(
    lambda: (
        select(Post)
        .join(Addressee, Addressee.post_id == Post.id)
        .where(
            Addressee.actor_id == bindparam("actor"),
            Post.state == "published",
            Post.visibility == "direct",
        ),
        Addressee.sort_id,
    )
)
_READ_BY = select(Post.id).where(one_of(Post.id, "wanted"), readable())
_ADDRESSEES = (
    select(Addressee.actor_id)
    .where(Addressee.post_id == bindparam("post"))
    .order_by(Addressee.actor_id)
)
