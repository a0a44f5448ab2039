"""Links that let people in, and who came by which."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update

from storage.dialect import limit as literal_limit
from storage.dialect import one_of
from storage.models import SignUpLink, SignUpLinkUse
from storage.queries.rows import add, among, change, find, many


def add_link(tx: Connection, /, **values: Any) -> None:
    """Insert one."""
    add(tx, SignUpLink, **values)


def link(tx: Connection, link_id: int) -> SignUpLink | None:
    """One of them."""
    return find(tx, SignUpLink, id=link_id)


def link_with(tx: Connection, code_hash: str) -> SignUpLink | None:
    """The one with this code."""
    return find(tx, SignUpLink, code_hash=code_hash)


def links_of(tx: Connection, account_id: int, limit: int) -> list[SignUpLink]:
    """Somebody's, the newest first."""
    return many(tx, SignUpLink, _OF.limit(literal_limit(limit)), {"account": account_id})


def links(tx: Connection, limit: int) -> list[SignUpLink]:
    """Everybody's, the newest first."""
    return many(tx, SignUpLink, _ALL.limit(literal_limit(limit)))


def count_open(tx: Connection, account_id: int, now: int) -> int:
    """How many of somebody's would let people in."""
    return int(tx.execute(_COUNT_OPEN, {"account": account_id, "now": now}).scalar_one())


def count_use(tx: Connection, link_id: int) -> None:
    """It was used once more."""
    tx.execute(_COUNT_USE, {"link": link_id})


def end(tx: Connection, link_id: int, now: int) -> None:
    """It lets nobody in from now on."""
    change(tx, SignUpLink, link_id, ended_at=now)


def end_all(tx: Connection, account_id: int, now: int) -> None:
    """None of somebody's lets anybody in from now on; what they wrote down about them goes."""
    tx.execute(_END_ALL, {"account": account_id, "now": now})


def add_use(tx: Connection, /, **values: Any) -> None:
    """Somebody came by one."""
    add(tx, SignUpLinkUse, **values)


def uses_by(tx: Connection, account_ids: Collection[int]) -> dict[int, SignUpLinkUse]:
    """Of these, those who came by a link."""
    return {one.account_id: one for one in among(tx, SignUpLinkUse, "account_id", account_ids)}


def uses_of(tx: Connection, link_ids: Collection[int], limit: int) -> list[SignUpLinkUse]:
    """Who came by these, the newest first."""
    statement = _USES_OF.limit(literal_limit(limit))
    return many(tx, SignUpLinkUse, statement, {"links": list(link_ids)})


def brought(tx: Connection, account_id: int, limit: int) -> list[int]:
    """Who came by somebody's, the newest first."""
    found = tx.execute(_BROUGHT.limit(literal_limit(limit)), {"account": account_id})
    return [int(row[0]) for row in found]


def forget(tx: Connection, before: int) -> None:
    """Drop those that were over by then. Who came by them is still known, and by whom."""
    tx.execute(_FORGET, {"before": before})


_OPEN = and_(
    SignUpLink.ended_at.is_(None),
    SignUpLink.expires_at > bindparam("now"),
    or_(SignUpLink.most_uses.is_(None), SignUpLink.used < SignUpLink.most_uses),
)
_OF = (
    select(SignUpLink)
    .where(SignUpLink.made_by == bindparam("account"))
    .order_by(SignUpLink.id.desc())
)
_ALL = select(SignUpLink).where(SignUpLink.id > 0).order_by(SignUpLink.id.desc())
_COUNT_OPEN = (
    select(func.count())
    .select_from(SignUpLink)
    .where(SignUpLink.made_by == bindparam("account"), _OPEN)
)
_COUNT_USE = (
    update(SignUpLink).where(SignUpLink.id == bindparam("link")).values(used=SignUpLink.used + 1)
)
_END_ALL = (
    update(SignUpLink)
    .where(SignUpLink.made_by == bindparam("account"))
    .values(ended_at=func.coalesce(SignUpLink.ended_at, bindparam("now")), for_whom="")
)
_USES_OF = (
    select(SignUpLinkUse)
    .where(one_of(SignUpLinkUse.link_id, "links"))
    .order_by(SignUpLinkUse.account_id.desc())
)
_BROUGHT = (
    select(SignUpLinkUse.account_id)
    .where(SignUpLinkUse.by == bindparam("account"))
    .order_by(SignUpLinkUse.account_id.desc())
)
_FORGET = delete(SignUpLink).where(SignUpLink.expires_at < bindparam("before"))
