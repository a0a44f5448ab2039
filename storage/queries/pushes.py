"""Where apps want notifications pushed to, and what is on its way there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, delete, insert, select

from storage.dialect import limit as literal_limit
from storage.dialect import one_of
from storage.models import Notification, PendingPush, PushSubscription
from storage.queries.rows import add, change, find, many


def add_subscription(tx: Connection, /, **values: Any) -> None:
    """Insert a subscription."""
    add(tx, PushSubscription, **values)


def change_subscription(tx: Connection, subscription_id: int, /, **values: Any) -> None:
    """Update a subscription."""
    change(tx, PushSubscription, subscription_id, **values)


def subscription(tx: Connection, subscription_id: int) -> PushSubscription | None:
    """One by its id."""
    return find(tx, PushSubscription, id=subscription_id)


def subscription_of_token(tx: Connection, token_id: int) -> PushSubscription | None:
    """The one that was made with an access token."""
    return find(tx, PushSubscription, token_id=token_id)


def subscriptions_of(tx: Connection, account_id: int) -> list[PushSubscription]:
    """Those of all apps of somebody, the oldest first."""
    return many(tx, PushSubscription, _OF_ACCOUNT, {"account": account_id})


def remove(tx: Connection, subscription_ids: Sequence[int]) -> None:
    """End subscriptions, with all that was on its way to them."""
    if subscription_ids:
        tx.execute(_REMOVE, {"ids": list(subscription_ids)})


def put(
    tx: Connection, subscription_ids: Sequence[int], notification_id: int, created_at: int
) -> None:
    """A notification is to be pushed to these."""
    if subscription_ids:
        tx.execute(
            _PUT,
            [
                {
                    "subscription_id": one,
                    "notification_id": notification_id,
                    "created_at": created_at,
                }
                for one in subscription_ids
            ],
        )


def waiting(tx: Connection, subscription_id: int, limit: int) -> list[Notification]:
    """What is to be pushed to a subscription, the oldest first."""
    statement = _WAITING.limit(literal_limit(limit))
    return many(tx, Notification, statement, {"subscription": subscription_id})


def keep_newest(tx: Connection, subscription_id: int, kept: int) -> None:
    """Of what is to be pushed to a subscription drop all but so many, the newest."""
    newest = _NEWEST_FIRST.limit(literal_limit(1)).offset(literal_limit(kept))
    last = tx.execute(newest, {"subscription": subscription_id}).scalar()
    if last is not None:
        tx.execute(_DROP_OLDER, {"subscription": subscription_id, "last": last})


def take_out(tx: Connection, subscription_id: int, notification_ids: Sequence[int]) -> None:
    """These were pushed, or are not to be pushed any more."""
    if notification_ids:
        tx.execute(
            _TAKE_OUT, {"subscription": subscription_id, "notifications": list(notification_ids)}
        )


def forget(tx: Connection, before: int, limit: int) -> int:
    """Drop what could not be pushed in time; how much."""
    found = tx.execute(_OLD.limit(literal_limit(limit)), {"before": before}).all()
    for subscription_id, notification_id in found:
        take_out(tx, subscription_id, [notification_id])
    return len(found)


_OF_ACCOUNT = (
    select(PushSubscription)
    .where(PushSubscription.account_id == bindparam("account"))
    .order_by(PushSubscription.id)
)
_REMOVE = delete(PushSubscription).where(one_of(PushSubscription.id, "ids"))
_PUT = insert(PendingPush)
_SUBSCRIPTION = bindparam("subscription", type_=BigInteger)
_WAITING = (
    select(Notification)
    .join(PendingPush, PendingPush.notification_id == Notification.id)
    .where(PendingPush.subscription_id == _SUBSCRIPTION)
    .order_by(PendingPush.notification_id)
)
_NEWEST_FIRST = (
    select(PendingPush.notification_id)
    .where(PendingPush.subscription_id == _SUBSCRIPTION)
    .order_by(PendingPush.notification_id.desc())
)
_DROP_OLDER = delete(PendingPush).where(
    PendingPush.subscription_id == _SUBSCRIPTION,
    PendingPush.notification_id <= bindparam("last", type_=BigInteger),
)
_TAKE_OUT = delete(PendingPush).where(
    PendingPush.subscription_id == _SUBSCRIPTION,
    one_of(PendingPush.notification_id, "notifications"),
)
_OLD = (
    select(PendingPush.subscription_id, PendingPush.notification_id)
    .where(PendingPush.created_at < bindparam("before"))
    .order_by(PendingPush.created_at)
)
