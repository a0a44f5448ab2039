"""What one person has to do with others: for many at once, as clients show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, or_, select

from fedi_cotweet.domain.hosts import covering
from storage.dialect import one_of, upsert
from storage.models import AccountNote, Actor, Block, Endorsement, Follow, HostBlock, Mute
from storage.queries.rows import many


@dataclass(frozen=True, slots=True)
class Relation:
    """``reblogs``, ``notify`` and ``languages`` are of the reader's own follow."""

    following: bool = False
    requested: bool = False
    reblogs: bool = True
    notify: bool = False
    languages: tuple[str, ...] = ()
    followed_by: bool = False
    requested_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muted_until: int | None = None
    mutes_notices: bool = False
    host_blocked: bool = False
    endorsed: bool = False
    note: str = ""


def between(
    tx: Connection, account_id: int, actor_ids: Iterable[int], now: int
) -> dict[int, Relation]:
    """By actor id, with eight statements for any number of people."""
    wanted = sorted(set(actor_ids))
    if not wanted:
        return {}
    values: dict[str, Any] = {"account": account_id, "wanted": wanted, "now": now}
    own = {row.followed_id: row for row in many(tx, Follow, _OWN, values)}
    theirs = {row.follower_id: row.state for row in many(tx, Follow, _THEIRS, values)}
    blocks = {(row.actor_id, row.target_id) for row in many(tx, Block, _BLOCKS, values)}
    muted = {int(row[0]): row for row in tx.execute(_MUTED, values)}
    notes = {int(key): str(text) for key, text in tx.execute(_NOTES, values)}
    hosts = {int(key): str(host) for key, host in tx.execute(_HOSTS, values)}
    endorsed = set(tx.execute(_ENDORSED, values).scalars())
    refused = {str(row[0]) for row in tx.execute(_REFUSED, values)}
    found = {}
    for actor_id in wanted:
        follow = own.get(actor_id)
        found[actor_id] = Relation(
            following=follow is not None and follow.state == "accepted",
            requested=follow is not None and follow.state == "requested",
            reblogs=follow is None or follow.shows_boosts,
            notify=follow is not None and follow.notifies,
            languages=() if follow is None else tuple(follow.languages or ()),
            followed_by=theirs.get(actor_id) == "accepted",
            requested_by=theirs.get(actor_id) == "requested",
            blocking=(account_id, actor_id) in blocks,
            blocked_by=(actor_id, account_id) in blocks,
            muting=actor_id in muted,
            muted_until=muted[actor_id][1] if actor_id in muted else None,
            mutes_notices=actor_id in muted and bool(muted[actor_id][2]),
            host_blocked=any(name in refused for name in covering(hosts.get(actor_id, ""))),
            endorsed=actor_id in endorsed,
            note=notes.get(actor_id, ""),
        )
    return found


def set_note(tx: Connection, account_id: int, actor_id: int, text: str) -> None:
    """What a reader wrote down about somebody, for themselves alone."""
    row = {"account_id": account_id, "actor_id": actor_id, "text": text}
    upsert(tx, AccountNote, row, key=["account_id", "actor_id"])


_ACCOUNT = bindparam("account", type_=BigInteger)
_OWN = select(Follow).where(Follow.follower_id == _ACCOUNT, one_of(Follow.followed_id, "wanted"))
_THEIRS = select(Follow).where(Follow.followed_id == _ACCOUNT, one_of(Follow.follower_id, "wanted"))
_BLOCKS = select(Block).where(
    or_(
        (Block.actor_id == _ACCOUNT) & one_of(Block.target_id, "wanted"),
        (Block.target_id == _ACCOUNT) & one_of(Block.actor_id, "wanted"),
    )
)
_MUTED = select(Mute.target_id, Mute.until, Mute.hides_notices).where(
    Mute.account_id == _ACCOUNT,
    one_of(Mute.target_id, "wanted"),
    or_(Mute.until.is_(None), Mute.until > bindparam("now")),
)
_NOTES = select(AccountNote.actor_id, AccountNote.text).where(
    AccountNote.account_id == _ACCOUNT, one_of(AccountNote.actor_id, "wanted")
)
_ENDORSED = select(Endorsement.actor_id).where(
    Endorsement.account_id == _ACCOUNT, one_of(Endorsement.actor_id, "wanted")
)
_HOSTS = select(Actor.id, Actor.host).where(one_of(Actor.id, "wanted"))
_REFUSED = select(HostBlock.host).where(HostBlock.account_id == _ACCOUNT)
