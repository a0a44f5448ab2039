"""Who looks after the server, and what they did."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, bindparam, delete, func, insert, select

from fedi_cotweet.domain.windows import Window
from storage.dialect import limit, one_of, upsert
from storage.models import AccountWarning, ModerationAct, Staff, StaffNote
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


def warn(tx: Connection, /, **values: Any) -> None:
    """Keep what somebody is told."""
    tx.execute(insert(AccountWarning), values)


def warnings_to(tx: Connection, account_id: int, most: int) -> list[AccountWarning]:
    """What somebody was told, the last first."""
    return many(tx, AccountWarning, _WARNINGS.limit(limit(most)), {"account": account_id})


def warnings(tx: Connection, ids: Collection[int]) -> dict[int, AccountWarning]:
    """Those of these ids."""
    if not ids:
        return {}
    return {one.id: one for one in many(tx, AccountWarning, _NAMED, {"wanted": sorted(ids)})}


def add_note(tx: Connection, /, **values: Any) -> None:
    """Write something down about somebody."""
    tx.execute(insert(StaffNote), values)


def staff_note(tx: Connection, note_id: int) -> StaffNote | None:
    """A note by its id."""
    return find(tx, StaffNote, id=note_id)


def notes_about(tx: Connection, actor_ids: Collection[int], most: int) -> list[StaffNote]:
    """What was written down about some people, the last first; ``most`` about each."""
    if not actor_ids:
        return []
    return many(tx, StaffNote, _NOTES, {"wanted": sorted(actor_ids), "most": most})


def count_notes(tx: Connection, actor_ids: Collection[int]) -> dict[int, int]:
    """How many notes there are about each of some people; nothing of those without."""
    if not actor_ids:
        return {}
    rows = tx.execute(_COUNT_NOTES, {"wanted": sorted(actor_ids)})
    return {int(actor_id): int(count) for actor_id, count in rows}


def remove_note(tx: Connection, note_id: int) -> None:
    """Forget a note."""
    tx.execute(_REMOVE_NOTE, {"note": note_id})


def forget(tx: Connection, actor_id: int) -> None:
    """Forget all that was said to somebody and written down about them."""
    tx.execute(_FORGET_WARNINGS, {"account": actor_id})
    tx.execute(_FORGET_NOTES, {"actor": actor_id})


_WARNINGS = (
    select(AccountWarning)
    .where(AccountWarning.account_id == bindparam("account", type_=BigInteger))
    .order_by(AccountWarning.id.desc())
)
_NAMED = select(AccountWarning).where(one_of(AccountWarning.id, "wanted"))
_PLACES = (
    select(
        StaffNote.id,
        func.row_number()
        .over(partition_by=StaffNote.actor_id, order_by=StaffNote.id.desc())
        .label("place"),
    )
    .where(one_of(StaffNote.actor_id, "wanted"))
    .subquery()
)
_NOTES = (
    select(StaffNote)
    .join(_PLACES, _PLACES.c.id == StaffNote.id)
    .where(_PLACES.c.place <= bindparam("most", type_=Integer))
    .order_by(StaffNote.id.desc())
)
_COUNT_NOTES = (
    select(StaffNote.actor_id, func.count())
    .where(one_of(StaffNote.actor_id, "wanted"))
    .group_by(StaffNote.actor_id)
)
_FORGET_WARNINGS = delete(AccountWarning).where(
    AccountWarning.account_id == bindparam("account", type_=BigInteger)
)
_FORGET_NOTES = delete(StaffNote).where(StaffNote.actor_id == bindparam("actor", type_=BigInteger))
_REMOVE_NOTE = delete(StaffNote).where(StaffNote.id == bindparam("note", type_=BigInteger))
_ALL = (
    select(Staff.account_id, Staff.role)
    .where(Staff.account_id > 0)
    .order_by(Staff.account_id)
    .limit(1_000)
)
_DISMISS = delete(Staff).where(Staff.account_id == bindparam("account"))
_acts = paged(lambda: (select(ModerationAct).where(ModerationAct.id > 0), ModerationAct.id))
