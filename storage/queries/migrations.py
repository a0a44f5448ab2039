"""Where accounts of this server go on, and which others are theirs."""

from __future__ import annotations

from sqlalchemy import Connection, update

from storage.models import Account, Actor


def set_moved(tx: Connection, account_id: int, *, to: str | None, at: int | None) -> None:
    """Under which identifier an account goes on; None: here. ``at``: None keeps the last time."""
    tx.execute(update(Actor).where(Actor.id == account_id).values(moved_to=to))
    if at is not None:
        tx.execute(update(Account).where(Account.id == account_id).values(moved_at=at))


def set_aliases(tx: Connection, account_id: int, uris: list[str]) -> None:
    """The identifiers of the other accounts of whoever owns this one."""
    tx.execute(update(Actor).where(Actor.id == account_id).values(also_known_as=uris))
