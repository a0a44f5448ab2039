"""Who keeps whom at a distance: blocks, mutes, host blocks and the operator's rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)

from storage.dialect import insert_or_ignore, one_of, one_of_names, upsert
from storage.dialect import limit as literal_limit
from storage.models import (
    Account,
    Actor,
    Block,
    Follow,
    HostBlock,
    HostRule,
    Mute,
    Post,
    PostAuthor,
)
from storage.queries.rows import find, many


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
    limited: bool
    """Whether strangers are not shown them, of themselves: of rules about servers nothing is said
    here."""


def distances(
    tx: Connection, viewer_id: int | None, actor_ids: Collection[int], now: int
) -> dict[int, Distance]:
    """How far these actors are from a viewer (None: a stranger), in one statement."""
    if not actor_ids:
        return {}
    values = {"viewer": viewer_id or 0, "wanted": sorted(set(actor_ids)), "now": now}
    rows = tx.execute(_DISTANCES, values).all()
    return {
        int(row[0]): Distance(
            int(row[0]),
            "" if row[6] else str(row[1]),
            bool(row[2]),
            bool(row[3]),
            bool(row[4]),
            bool(row[5]),
            bool(row[7]),
        )
        for row in rows
    }


def host_rules(tx: Connection, hosts: Collection[str]) -> dict[str, str]:
    """The operator's rules among these hosts, compared as they are: host → severity."""
    return rules_and_blocks(tx, None, hosts)[0]


def rules_and_blocks(
    tx: Connection, account_id: int | None, hosts: Collection[str]
) -> tuple[dict[str, str], set[str]]:
    """``host_rules``, and which of these hosts an account (None: a stranger) blocks."""
    if not hosts:
        return {}, set()
    values = {"account": account_id or 0, "hosts": sorted(set(hosts))}
    rules: dict[str, str] = {}
    blocks: set[str] = set()
    for host, severity in tx.execute(_RULES_AND_BLOCKS, values):
        if severity is None:
            blocks.add(str(host))
        else:
            rules[str(host)] = str(severity)
    return rules, blocks


def add_block(tx: Connection, /, **values: Any) -> bool:
    """Insert a block; False when the one blocks the other already."""
    return bool(insert_or_ignore(tx, Block, values))


def block(tx: Connection, block_id: int) -> Block | None:
    """A block by id of ours."""
    return find(tx, Block, id=block_id)


def block_between(tx: Connection, actor_id: int, target_id: int) -> Block | None:
    """The block of one actor against another."""
    return find(tx, Block, actor_id=actor_id, target_id=target_id)


def block_by_uri(tx: Connection, uri: str) -> Block | None:
    """A block by the id of its activity."""
    return find(tx, Block, uri=uri)


def remove_block(tx: Connection, actor_id: int, target_id: int) -> None:
    """Delete a block."""
    tx.execute(delete(Block).where(Block.actor_id == actor_id, Block.target_id == target_id))


def set_mute(
    tx: Connection,
    account_id: int,
    target_id: int,
    *,
    until: int | None,
    now: int,
    hides_notices: bool = True,
) -> None:
    """Mute somebody, or change until when and what of."""
    row = {
        "account_id": account_id,
        "target_id": target_id,
        "until": until,
        "hides_notices": hides_notices,
        "created_at": now,
    }
    upsert(tx, Mute, row, key=["account_id", "target_id"], update=["until", "hides_notices"])


def heard_though_muted(tx: Connection, account_id: int, actor_ids: Collection[int]) -> set[int]:
    """Those of some muted people of whose doings an account hears all the same."""
    values = {"account": account_id, "wanted": sorted(set(actor_ids))}
    return {int(row[0]) for row in tx.execute(_HEARD, values)}


def remove_mute(tx: Connection, account_id: int, target_id: int) -> bool:
    """Delete a mute; False when there was none."""
    gone = tx.execute(
        delete(Mute).where(Mute.account_id == account_id, Mute.target_id == target_id)
    )
    return gone.rowcount > 0


def add_host_block(tx: Connection, account_id: int, host: str, now: int) -> bool:
    """Insert a person's block of a server; False when it is there."""
    row = {"account_id": account_id, "host": host, "created_at": now}
    return bool(insert_or_ignore(tx, HostBlock, row))


def remove_host_block(tx: Connection, account_id: int, host: str) -> bool:
    """Delete a person's block of a server; False when there was none."""
    gone = tx.execute(
        delete(HostBlock).where(HostBlock.account_id == account_id, HostBlock.host == host)
    )
    return gone.rowcount > 0


def blocks_by(tx: Connection, account_id: int) -> list[Block]:
    """Whom an account blocks, newest first."""
    mine = select(Block).where(Block.actor_id == account_id).order_by(Block.id.desc())
    return many(tx, Block, mine)


def mutes_by(tx: Connection, account_id: int, now: int) -> list[Mute]:
    """Whom an account mutes at the moment, newest first."""
    return many(
        tx,
        Mute,
        select(Mute)
        .where(Mute.account_id == account_id, or_(Mute.until.is_(None), Mute.until > now))
        .order_by(Mute.created_at.desc(), Mute.target_id),
    )


def host_blocks_by(tx: Connection, account_id: int) -> list[HostBlock]:
    """The servers that an account blocks, by name."""
    mine = select(HostBlock).where(HostBlock.account_id == account_id)
    return many(tx, HostBlock, mine.order_by(HostBlock.host))


def set_wish(tx: Connection, account_id: int, wish: str) -> None:
    """Which co-tweets a reader wants."""
    tx.execute(update(Account).where(Account.id == account_id).values(co_tweets=wish))


def wishes_of(tx: Connection, account_id: int) -> tuple[str, list[tuple[int, str]]]:
    """What a reader wants of co-tweets, and (actor id, wish) for each person of whom it differs."""
    wish = tx.execute(_WISH, {"account": account_id}).scalar()
    rows = tx.execute(_DIFFERENT, {"account": account_id})
    return str(wish or "all"), [(int(followed), str(own)) for followed, own in rows]


def set_wish_of(tx: Connection, account_id: int, followed_id: int, wish: str | None) -> bool:
    """Which co-tweets a reader wants of somebody they follow; False when they do not."""
    changed = tx.execute(
        update(Follow)
        .where(Follow.follower_id == account_id, Follow.followed_id == followed_id)
        .values(co_tweets=wish)
    )
    return changed.rowcount > 0


def follows_with(tx: Connection, account_id: int) -> list[tuple[int, str]]:
    """Everybody elsewhere who follows an account or is followed by it: (actor id, host)."""
    rows = tx.execute(_FOLLOWS_WITH, {"account": account_id})
    return [(int(actor_id), str(host)) for actor_id, host in rows]


def requests_to(tx: Connection, account_id: int, limit: int) -> list[Follow]:
    """Who waits to follow an account, the longest first."""
    return many(
        tx,
        Follow,
        select(Follow)
        .where(Follow.followed_id == account_id, Follow.state == "requested")
        .order_by(Follow.id)
        .limit(literal_limit(limit)),
    )


def all_host_rules(tx: Connection) -> dict[str, str]:
    """Every rule of the operator: host → severity."""
    return {row.host: row.severity for row in host_rule_rows(tx)}


def host_rule_rows(tx: Connection) -> list[HostRule]:
    """Every rule of the operator, by name."""
    return many(tx, HostRule, select(HostRule).order_by(HostRule.host))


def set_host_rule(tx: Connection, host: str, severity: str, reason: str, now: int) -> None:
    """Make or change a rule."""
    row = {"host": host, "severity": severity, "reason": reason, "created_at": now}
    upsert(tx, HostRule, row, key=["host"], update=["severity", "reason"])


def remove_host_rule(tx: Connection, host: str) -> bool:
    """Delete a rule; False when there was none."""
    return tx.execute(delete(HostRule).where(HostRule.host == host)).rowcount > 0


def known_hosts(tx: Connection) -> list[str]:
    """Every server of which somebody is known here."""
    return [str(row[0]) for row in tx.execute(select(Actor.host).distinct())]


def presence(tx: Connection, hosts: Collection[str]) -> tuple[int, int, int, int, int]:
    """How many people of these servers are known, and how many of their posts, of posts of others
    that name them, of posts of this server that do, and of follows between here and there."""
    there = select(Actor.id).where(Actor.host.in_(list(hosts)))

    def count(statement: Select[int]) -> int:
        return int(tx.execute(statement).scalar_one())

    named = (
        select(func.count())
        .select_from(PostAuthor)
        .join(Post, Post.id == PostAuthor.post_id)
        .where(PostAuthor.actor_id.in_(there), PostAuthor.state == "verified")
    )
    followed = select(func.count()).select_from(Follow)
    return (
        count(select(func.count()).select_from(Actor).where(Actor.host.in_(list(hosts)))),
        count(
            select(func.count())
            .select_from(Post)
            .where(Post.author_id.in_(there), Post.state == "published")
        ),
        count(named.where(Post.local.is_(False))),
        count(named.where(Post.local.is_(True))),
        count(followed.where(Follow.follower_id.in_(there)))
        + count(followed.where(Follow.followed_id.in_(there))),
    )


def co_tweet_wishes(
    tx: Connection, account_id: int, author_ids: Collection[int]
) -> tuple[str, dict[int, str | None]]:
    """A reader's wish about co-tweets, and that for each of the authors whom they follow."""
    wish, followed = wishes(tx, account_id, author_ids)
    return wish, {author: own for author, (own, _) in followed.items()}


def wishes(
    tx: Connection, account_id: int, author_ids: Collection[int]
) -> tuple[str, dict[int, tuple[str | None, tuple[str, ...]]]]:
    """The same, with the languages in which they want each one's posts; none: in all."""
    values = {"account": account_id, "wanted": sorted(set(author_ids))}
    rows = tx.execute(_FOLLOWED, values).all() if author_ids else ()
    wish = rows[0][3] if rows else tx.execute(_WISH, {"account": account_id}).scalar()
    return str(wish or "all"), {
        int(followed): (None if own is None else str(own), tuple(spoken or ()))
        for followed, own, spoken, _ in rows
    }


_ACCOUNT = bindparam("account", type_=BigInteger)
_HEARD = select(Mute.target_id).where(
    Mute.account_id == _ACCOUNT, one_of(Mute.target_id, "wanted"), Mute.hides_notices.is_(False)
)
_FOLLOWS_WITH = (
    select(Actor.id, Actor.host)
    .join(Follow, Follow.follower_id == Actor.id)
    .where(Follow.followed_id == _ACCOUNT, Actor.local.is_(False))
    .union(
        select(Actor.id, Actor.host)
        .join(Follow, Follow.followed_id == Actor.id)
        .where(Follow.follower_id == _ACCOUNT, Actor.local.is_(False))
    )
)
_VIEWER = bindparam("viewer", type_=BigInteger)
_NOW = bindparam("now", type_=BigInteger)
_DISTANCES: Select[int, str, bool, bool, bool, bool, bool, bool] = select(
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
    Actor.limited_at.is_not(None),
).where(one_of(Actor.id, "wanted"))
_RULES_AND_BLOCKS: CompoundSelect[str, str | None] = union_all(
    select(HostRule.host, HostRule.severity).where(one_of_names(HostRule.host, "hosts")),
    select(HostBlock.host, cast(null(), Text)).where(
        HostBlock.account_id == _ACCOUNT, one_of_names(HostBlock.host, "hosts")
    ),
)
_WISH = select(Account.co_tweets).where(Account.id == bindparam("account"))
_DIFFERENT = (
    select(Follow.followed_id, Follow.co_tweets)
    .where(
        Follow.follower_id == bindparam("account"),
        Follow.state == "accepted",
        Follow.co_tweets.is_not(None),
    )
    .order_by(Follow.id)
)
_FOLLOWED = select(
    Follow.followed_id, Follow.co_tweets, Follow.languages, _WISH.scalar_subquery()
).where(
    Follow.follower_id == bindparam("account"),
    Follow.state == "accepted",
    one_of(Follow.followed_id, "wanted"),
)
