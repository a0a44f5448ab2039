"""How people here want pages to look."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.dialect import upsert
from storage.models import Appearance
from storage.queries.rows import find


def of_account(tx: Connection, account_id: int) -> Appearance | None:
    """What somebody chose; None: nothing yet."""
    return find(tx, Appearance, account_id=account_id)


def choose(tx: Connection, account_id: int, *, accent: str, scheme: str, still: bool) -> None:
    """What they chose, in place of what they chose before."""
    row = {"account_id": account_id, "accent": accent, "scheme": scheme, "still": still}
    upsert(tx, Appearance, row, key=["account_id"])
