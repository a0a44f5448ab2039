"""What people here say of themselves, and the pictures of everybody's profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, update

from storage.models import Account, Actor


def change(
    tx: Connection, account_id: int, *, account: Mapping[str, Any], actor: Mapping[str, Any]
) -> None:
    """Change columns of an account and of its actor."""
    if account:
        tx.execute(update(Account).where(Account.id == account_id).values(**account))
    if actor:
        tx.execute(update(Actor).where(Actor.id == account_id).values(**actor))


def set_picture(
    tx: Connection, actor_id: int, kind: str, *, path: str | None, url: str | None
) -> None:
    """The ``avatar`` or ``header`` of somebody here: its path, and its address for others. What was
    said of the last one does not describe this one."""
    known, alt = ("icon_url", "icon_alt") if kind == "avatar" else ("image_url", "image_alt")
    tx.execute(
        update(Actor).where(Actor.id == actor_id).values(**{kind: path, known: url, alt: ""})
    )


def set_copy(tx: Connection, actor_id: int, kind: str, path: str | None) -> None:
    """Where our copy of somebody's ``avatar`` or ``header`` is."""
    tx.execute(update(Actor).where(Actor.id == actor_id).values(**{kind: path}))
