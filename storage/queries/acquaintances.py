"""Whom people show on their profiles, who knows whom, and who may be found by everybody."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from storage.dialect import insert_or_ignore, limit, one_of
from storage.models import (
    Account,
    Actor,
    Block,
    Endorsement,
    Follow,
    Mute,
    Post,
    PostAuthor,
    SuggestionDismissal,
)
from storage.queries.audiences import EVERYBODYS

Order = Literal["active", "new"]

FOLLOWED_LOOKED_AT = 200
"""Of how many followed people, the last ones, is asked whom they follow."""


def endorse(tx: Connection, endorsement_id: int, account_id: int, actor_id: int) -> bool:
    """Show somebody on a profile; False when they were already."""
    row = {"id": endorsement_id, "account_id": account_id, "actor_id": actor_id}
    return bool(insert_or_ignore(tx, Endorsement, row))


def unendorse(tx: Connection, account_id: int, actor_id: int) -> bool:
    """Show them no more; False when they were not."""
    gone = tx.execute(_UNENDORSE, {"account": account_id, "of": actor_id})
    return gone.rowcount > 0


def familiar(
    tx: Connection, account_id: int, actor_ids: Collection[int], most: int
) -> dict[int, list[int]]:
    """Whom an account follows among the followers of some actors: followed → at most ``most``.

    Nobody who does not show whom they follow, and nothing of actors who do not show who follows
    them.
    """
    if not actor_ids:
        return {}
    found: dict[int, list[int]] = {}
    values = {"account": account_id, "wanted": sorted(actor_ids), "most": most}
    for followed, by in tx.execute(_FAMILIAR, values):
        found.setdefault(int(followed), []).append(int(by))
    return found


def suggested(tx: Connection, account_id: int, most: int) -> list[int]:
    """Whom those follow whom an account follows, those with the most first.

    Who may be found by everybody, is here, and is not followed, asked, or dismissed.
    """
    rows = tx.execute(_suggested(most), {"account": account_id})
    return [int(row[0]) for row in rows]


def dismiss(tx: Connection, account_id: int, actor_id: int) -> bool:
    """An account does not want to hear of somebody; False when that was said already."""
    row = {"account_id": account_id, "actor_id": actor_id}
    return bool(insert_or_ignore(tx, SuggestionDismissal, row))


def directory(
    tx: Connection, viewer_id: int | None, order: Order, now: int, offset: int, most: int
) -> list[int]:
    """People of this server who may be found by everybody, without those between whom and the
    viewer there is a block or a mute, and others who are limited and whom they do not follow.

    ``active``: who published last is first; ``new``: who came last.
    """
    values = {"viewer": viewer_id, "now": now, "offset": offset, "most": most}
    return [int(row[0]) for row in tx.execute(_directory(order), values)]


def _id(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


_UNENDORSE = delete(Endorsement).where(
    Endorsement.account_id == _id("account"), Endorsement.actor_id == _id("of")
)
_theirs = aliased(Follow)
_followed = aliased(Actor)
_follower = aliased(Account)
_FAMILIAR_RANKED = (
    select(
        _theirs.followed_id.label("followed"),
        _theirs.follower_id.label("follower"),
        func.row_number()
        .over(partition_by=_theirs.followed_id, order_by=_theirs.id.desc())
        .label("place"),
    )
    .join(
        Follow,
        (Follow.follower_id == _id("account"))
        & (Follow.followed_id == _theirs.follower_id)
        & (Follow.state == "accepted"),
    )
    .join(_followed, _followed.id == _theirs.follower_id)
    .outerjoin(_follower, _follower.id == _theirs.follower_id)
    .outerjoin(Account, Account.id == _theirs.followed_id)
    .where(
        one_of(_theirs.followed_id, "wanted"),
        _theirs.state == "accepted",
        _followed.gone_at.is_(None),
        _followed.suspended_at.is_(None),
        func.coalesce(_follower.hides_network, False).is_(False),
        func.coalesce(Account.hides_network, False).is_(False),
    )
    .subquery()
)
_FAMILIAR = (
    select(_FAMILIAR_RANKED.c.followed, _FAMILIAR_RANKED.c.follower)
    .where(_FAMILIAR_RANKED.c.place <= _id("most"))
    .order_by(_FAMILIAR_RANKED.c.followed, _FAMILIAR_RANKED.c.place)
)


@cache
def _suggested(most: int) -> Select[int]:
    last = (
        select(Follow.followed_id)
        .where(Follow.follower_id == _id("account"), Follow.state == "accepted")
        .order_by(Follow.id.desc())
        .limit(limit(FOLLOWED_LOOKED_AT))
    )
    own = aliased(Follow)
    return (
        select(_theirs.followed_id)
        .join(_followed, _followed.id == _theirs.followed_id)
        .outerjoin(_follower, _follower.id == _theirs.follower_id)
        .where(
            _theirs.follower_id.in_(select(last.subquery().c.followed_id)),
            _theirs.state == "accepted",
            _theirs.followed_id != _id("account"),
            func.coalesce(_follower.hides_network, False).is_(False),
            *_found_by_everybody(_followed),
            _followed.limited_at.is_(None),
            ~exists().where(
                own.follower_id == _id("account"), own.followed_id == _theirs.followed_id
            ),
            ~exists().where(
                SuggestionDismissal.account_id == _id("account"),
                SuggestionDismissal.actor_id == _theirs.followed_id,
            ),
        )
        .group_by(_theirs.followed_id)
        .order_by(func.count().desc(), _theirs.followed_id.desc())
        .limit(limit(most))
    )


@cache
def _directory(order: Order) -> Select[int]:
    viewer = _id("viewer")
    own = (
        select(func.max(Post.sort_id))
        .where(
            Post.author_id == Account.id,
            Post.state == "published",
            Post.visibility.in_(EVERYBODYS),
        )
        .scalar_subquery()
    )
    joint = (
        select(func.max(Post.sort_id))
        .select_from(PostAuthor)
        .join(Post, Post.id == PostAuthor.post_id)
        .where(
            PostAuthor.actor_id == Account.id,
            PostAuthor.state == "verified",
            Post.state == "published",
            Post.visibility.in_(EVERYBODYS),
        )
        .scalar_subquery()
    )
    alone, together = func.coalesce(own, 0), func.coalesce(joint, 0)
    last = case((alone >= together, alone), else_=together)
    return (
        select(Account.id)
        .join(Actor, Actor.id == Account.id)
        .where(
            Account.service.is_(False),
            *_found_by_everybody(Actor),
            or_(
                Actor.limited_at.is_(None),
                Account.id == viewer,
                exists().where(
                    Follow.follower_id == viewer,
                    Follow.followed_id == Account.id,
                    Follow.state == "accepted",
                ),
            ),
            ~exists().where(
                or_(
                    (Block.actor_id == viewer) & (Block.target_id == Account.id),
                    (Block.actor_id == Account.id) & (Block.target_id == viewer),
                )
            ),
            ~exists().where(
                Mute.account_id == viewer,
                Mute.target_id == Account.id,
                or_(Mute.until.is_(None), Mute.until > _id("now")),
            ),
        )
        .order_by(*((last.desc(),) if order == "active" else ()), Account.id.desc())
        .offset(_id("offset"))
        .limit(_id("most"))
    )


def _found_by_everybody(actor: Any) -> tuple[Any, ...]:
    return (
        actor.discoverable.is_(True),
        actor.gone_at.is_(None),
        actor.suspended_at.is_(None),
        actor.moved_to.is_(None),
    )
