"""Who keeps whom at a distance: blocks, mutes, host blocks and the operator's rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, Select, Text, bindparam, exists, literal, or_, select

from storage.dialect import one_of
from storage.models import Account, Actor, Block, Follow, HostBlock, HostRule, Mute


@dataclass(frozen=True, slots=True)
class Distance:
    """What stands between a viewer and an actor. All false: nothing does, as far as hosts allow."""

    actor_id: int
    host: str
    """Empty for people of this server, whom no rule about servers means."""
    suspended: bool
    blocks: bool
    """The viewer blocks the actor."""
    blocked: bool
    """The actor blocks the viewer."""
    muted: bool


def distances(
    tx: Connection, viewer_id: int | None, actor_ids: Collection[int], now: int
) -> dict[int, Distance]:
    """How far these actors are from a viewer (None: a stranger), in one statement."""
    if not actor_ids:
        return {}
    values = {"viewer": viewer_id or 0, "wanted": sorted(set(actor_ids)), "now": now}
    rows = tx.execute(_DISTANCES, values)
    return {
        int(row[0]): Distance(
            int(row[0]),
            "" if row[6] else str(row[1]),
            bool(row[2]),
            bool(row[3]),
            bool(row[4]),
            bool(row[5]),
        )
        for row in rows
    }


def host_rules(tx: Connection, hosts: Collection[str]) -> dict[str, str]:
    """The operator's rules among these hosts, compared as they are: host → severity."""
    if not hosts:
        return {}
    rows = tx.execute(_HOST_RULES, {"hosts": sorted(set(hosts))})
    return {str(host): str(severity) for host, severity in rows}


def host_blocks(tx: Connection, account_id: int, hosts: Collection[str]) -> set[str]:
    """Which of these hosts an account blocks, compared as they are."""
    if not hosts:
        return set()
    values = {"account": account_id, "hosts": sorted(set(hosts))}
    return {str(row[0]) for row in tx.execute(_HOST_BLOCKS, values)}


def co_tweet_wishes(
    tx: Connection, account_id: int, author_ids: Collection[int]
) -> tuple[str, dict[int, str | None]]:
    """A reader's wish about co-tweets, and that for each of the authors whom they follow."""
    wish = tx.execute(_WISH, {"account": account_id}).scalar()
    values = {"account": account_id, "wanted": sorted(set(author_ids))}
    rows = tx.execute(_FOLLOWED, values) if author_ids else ()
    return str(wish or "all"), {
        int(followed): None if own is None else str(own) for followed, own in rows
    }


_VIEWER = bindparam("viewer", type_=BigInteger)
_NOW = bindparam("now", type_=BigInteger)
_DISTANCES: Select[int, str, bool, bool, bool, bool, bool] = select(
    Actor.id,
    Actor.host,
    Actor.suspended_at.is_not(None),
    exists(select(literal(1)).where(Block.actor_id == _VIEWER, Block.target_id == Actor.id)),
    exists(select(literal(1)).where(Block.actor_id == Actor.id, Block.target_id == _VIEWER)),
    exists(
        select(literal(1)).where(
            Mute.account_id == _VIEWER,
            Mute.target_id == Actor.id,
            or_(Mute.until.is_(None), Mute.until > _NOW),
        )
    ),
    Actor.local,
).where(one_of(Actor.id, "wanted"))
_HOSTS = bindparam("hosts", expanding=True, type_=Text)
_HOST_RULES = select(HostRule.host, HostRule.severity).where(HostRule.host.in_(_HOSTS))
_HOST_BLOCKS = select(HostBlock.host).where(
    HostBlock.account_id == bindparam("account"), HostBlock.host.in_(_HOSTS)
)
_WISH = select(Account.co_tweets).where(Account.id == bindparam("account"))
_FOLLOWED = select(Follow.followed_id, Follow.co_tweets).where(
    Follow.follower_id == bindparam("account"),
    Follow.state == "accepted",
    one_of(Follow.followed_id, "wanted"),
)
