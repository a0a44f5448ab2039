"""How people here want pages to look."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.dialect import upsert
from storage.models import Appearance
from storage.queries.rows import find


def of_account(tx: Connection, account_id: int) -> Appearance | None:
    """What somebody chose; None: nothing yet."""
    return find(tx, Appearance, account_id=account_id)


def choose(tx: Connection, account_id: int, /, **chosen: str | bool) -> None:
    """What they chose (columns of ``Appearance``), in place of what they chose of it before."""
    row = {"account_id": account_id, **chosen}
    upsert(tx, Appearance, row, key=["account_id"])
