"""Finding people and hashtags by how their names begin."""

from __future__ import annotations

from sqlalchemy import BigInteger, BindParameter, Connection, bindparam, func, select, text

from storage.dialect import limit as literal_limit
from storage.models import Account, Actor, Follow, PostTag
from storage.queries.rows import many

_READ_AHEAD = 4
"""How many times as many names are read as are wanted: some of their owners are gone."""


def people_called(tx: Connection, beginning: str, limit: int) -> list[Actor]:
    """People whose user name begins so (in lower case), by name."""
    statement = (
        select(Actor)
        .where(Actor.folded_name >= bindparam("beginning"))
        .order_by(Actor.folded_name, Actor.host)
        .limit(literal_limit(limit * _READ_AHEAD))
    )
    found = many(tx, Actor, statement, {"beginning": beginning})
    fitting = (one for one in found if one.username.lower().startswith(beginning))
    return [one for one in fitting if one.gone_at is None][:limit]


def followed_called(tx: Connection, account_id: int, part: str, limit: int) -> list[Actor]:
    """People whom an account follows in whose name or user name this stands, by name."""
    literal = part.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {"account": account_id, "part": f"%{literal}%"}
    return many(tx, Actor, _FOLLOWED_CALLED.limit(literal_limit(limit)), values)


def listed(tx: Connection, limit: int) -> list[str]:
    """User names of people of this server who let themselves be found, the oldest first."""
    statement = (
        select(Actor.username)
        .join(Account, Account.id == Actor.id)
        .where(
            Account.service.is_(False),
            Actor.indexable.is_(True),
            Actor.gone_at.is_(None),
            Actor.suspended_at.is_(None),
            Actor.limited_at.is_(None),
            Actor.moved_to.is_(None),
        )
        # By the account's id, or SQLite walks over the actors of the whole world.
        .order_by(Account.id)
        .limit(literal_limit(limit))
    )
    return [str(row[0]) for row in tx.execute(statement)]


def tags_called(tx: Connection, beginning: str, limit: int) -> list[str]:
    """Hashtags of posts that begin so."""
    rows = tx.execute(_TAGS, {"beginning": beginning, "count": limit})
    return [str(row[0]) for row in rows if str(row[0]).startswith(beginning)]


_PART: BindParameter[str] = bindparam("part")
_FOLLOWED_CALLED = (
    select(Actor)
    .join(Follow, Follow.followed_id == Actor.id)
    .where(
        Follow.follower_id == bindparam("account", type_=BigInteger),
        Follow.state == "accepted",
        Actor.gone_at.is_(None),
        func.lower(Actor.name).like(_PART, escape="\\")
        | Actor.folded_name.like(_PART, escape="\\"),
    )
    .order_by(Actor.folded_name, Actor.id)
)
# From one name to the next: a hashtag of a million posts costs as much as one of a single post.
_TAGS = text(
    f"""
    WITH RECURSIVE named(tag, number) AS (
        SELECT (SELECT min(tag) FROM {PostTag.__tablename__} WHERE tag >= :beginning), 1
        UNION ALL
        SELECT (SELECT min(p.tag) FROM {PostTag.__tablename__} p WHERE p.tag > named.tag),
            named.number + 1
        FROM named WHERE named.tag IS NOT NULL AND named.number < :count
    )
    SELECT tag FROM named WHERE tag IS NOT NULL ORDER BY number
    """  # noqa: S608 - only names of ours are put in
)
