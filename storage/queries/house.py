"""The rules of the server and the texts about it; and how much happened on it, by weeks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, delete, func, select

from fedi_cotweet.domain.ids import id_at
from storage.dialect import upsert
from storage.models import Account, Post, ServerRule, ServerText
from storage.queries.rows import add, change, find, many


def add_rule(tx: Connection, /, **values: Any) -> None:
    """Insert a rule."""
    add(tx, ServerRule, **values)


def change_rule(tx: Connection, key: int, /, **values: Any) -> None:
    """Change columns of one."""
    change(tx, ServerRule, key, **values)


def remove_rule(tx: Connection, key: int) -> bool:
    """Forget one; False when there was none."""
    return tx.execute(delete(ServerRule).where(ServerRule.id == key)).rowcount > 0


def rule(tx: Connection, key: int) -> ServerRule | None:
    """One by its id."""
    return find(tx, ServerRule, id=key)


def rules(tx: Connection) -> list[ServerRule]:
    """All, the oldest first."""
    return many(tx, ServerRule, _RULES)


def set_text(tx: Connection, kind: str, text: str, now: int) -> None:
    """Say it, in place of what was said before."""
    upsert(tx, ServerText, {"kind": kind, "text": text, "updated_at": now}, key=["kind"])


def remove_text(tx: Connection, kind: str) -> bool:
    """Say nothing; False when nothing was said."""
    return tx.execute(delete(ServerText).where(ServerText.kind == kind)).rowcount > 0


def text(tx: Connection, kind: str) -> ServerText | None:
    """One of the texts."""
    return find(tx, ServerText, kind=kind)


def texts(tx: Connection) -> list[ServerText]:
    """All that there are."""
    return many(tx, ServerText, _TEXTS)


def posts_between(tx: Connection, bounds: Sequence[int]) -> list[int]:
    """How many posts were published here between each two of some moments, the earliest first."""
    return _between(tx, _POSTS, [id_at(moment, 0) for moment in bounds])


def accounts_between(tx: Connection, bounds: Sequence[int]) -> list[int]:
    """The same of accounts that were made."""
    return _between(tx, _ACCOUNTS, bounds)


def _between(tx: Connection, statement: Select[int], bounds: Sequence[int]) -> list[int]:
    return [
        int(tx.execute(statement, {"from_": first, "to": last}).scalar_one())
        for first, last in itertools.pairwise(bounds)
    ]


def _at(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


_RULES = select(ServerRule).order_by(ServerRule.id)
_TEXTS = select(ServerText).order_by(ServerText.kind)
_POSTS = (
    select(func.count())
    .select_from(Post)
    .where(
        Post.local.is_(True),
        Post.state == "published",
        Post.sort_id >= _at("from_"),
        Post.sort_id < _at("to"),
    )
)
_ACCOUNTS = (
    select(func.count())
    .select_from(Account)
    .where(
        Account.service.is_(False),
        Account.created_at >= _at("from_"),
        Account.created_at < _at("to"),
    )
)
