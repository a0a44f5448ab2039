"""Who looks after the server, and what they did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from fedi_cotweet.domain.windows import Window
from storage.dialect import upsert
from storage.models import ModerationAct, Staff
from storage.queries.rows import find, many
from storage.windows import paged, values_of


def role(tx: Connection, account_id: int) -> str | None:
    """What somebody may do for the server, None for nothing."""
    held = find(tx, Staff, account_id=account_id)
    return None if held is None else held.role


def roles(tx: Connection) -> dict[int, str]:
    """All of them, by account."""
    return {int(row[0]): str(row[1]) for row in tx.execute(_ALL)}


def appoint(tx: Connection, account_id: int, role: str, now: int) -> None:
    """Give somebody a role, in the place of the one they had."""
    row = {"account_id": account_id, "role": role, "since": now}
    upsert(tx, Staff, row, key=["account_id"])


def dismiss(tx: Connection, account_id: int) -> None:
    """Somebody has no role any more."""
    tx.execute(_DISMISS, {"account": account_id})


def note(tx: Connection, /, **values: Any) -> None:
    """Write down what one of them did."""
    tx.execute(insert(ModerationAct), values)


def acts(tx: Connection, window: Window) -> list[ModerationAct]:
    """What was done, the last first."""
    return many(tx, ModerationAct, _acts(window), values_of(window))


_ALL = (
    select(Staff.account_id, Staff.role)
    .where(Staff.account_id > 0)
    .order_by(Staff.account_id)
    .limit(1_000)
)
_DISMISS = delete(Staff).where(Staff.account_id == bindparam("account"))
_acts = paged(lambda: (select(ModerationAct).where(ModerationAct.id > 0), ModerationAct.id))
