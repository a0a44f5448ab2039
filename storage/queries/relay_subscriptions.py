"""Relays that this server subscribes to: a handful."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select

from storage.models import RelaySubscription
from storage.queries.rows import add, change, find, many


def add_subscription(tx: Connection, /, **values: Any) -> None:
    """Insert one."""
    add(tx, RelaySubscription, **values)


def change_subscription(tx: Connection, key: int, /, **values: Any) -> None:
    """Change columns of one."""
    change(tx, RelaySubscription, key, **values)


def remove_subscription(tx: Connection, key: int) -> None:
    """Forget one."""
    tx.execute(delete(RelaySubscription).where(RelaySubscription.id == key))


def subscription(tx: Connection, key: int) -> RelaySubscription | None:
    """One by its id."""
    return find(tx, RelaySubscription, id=key)


def subscription_by_inbox(tx: Connection, inbox: str) -> RelaySubscription | None:
    """One by where it takes posts."""
    return find(tx, RelaySubscription, inbox=inbox)


def subscription_by_follow(tx: Connection, uri: str) -> RelaySubscription | None:
    """The one that was asked for with this ``Follow``."""
    return find(tx, RelaySubscription, follow_uri=uri)


def subscription_of(tx: Connection, actor_uri: str) -> RelaySubscription | None:
    """The one to a relay that is this actor."""
    return find(tx, RelaySubscription, actor_uri=actor_uri)


def subscriptions(tx: Connection) -> list[RelaySubscription]:
    """All, the oldest first."""
    return many(tx, RelaySubscription, _ALL)


_ALL = select(RelaySubscription).order_by(RelaySubscription.id)
