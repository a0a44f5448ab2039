"""Notifications that are held back, and what people want to be held back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, select, update

from fedi_cotweet.domain.windows import Window
from storage.dialect import insert_or_ignore, one_of, upsert
from storage.models import Notification, NotificationPermission, NotificationPolicy
from storage.queries.rows import find
from storage.windows import paged, values_of


@dataclass(frozen=True, slots=True)
class Request:
    """What is held back of what one person did.

    ``post_id``: the newest post among what it is about.
    """

    actor_id: int
    count: int
    first_at: int
    last_at: int
    post_id: int | None


def policy(tx: Connection, account_id: int) -> NotificationPolicy | None:
    """What somebody wants to be held back; None: they never said."""
    return find(tx, NotificationPolicy, account_id=account_id)


def set_policy(tx: Connection, account_id: int, /, **choices: Any) -> None:
    """Somebody wants this to be held back from now on."""
    upsert(tx, NotificationPolicy, {"account_id": account_id, **choices}, key=("account_id",))


def permit(tx: Connection, account_id: int, actor_id: int) -> None:
    """Somebody wants to hear of whatever this person does."""
    insert_or_ignore(tx, NotificationPermission, {"account_id": account_id, "actor_id": actor_id})


def permitted(tx: Connection, account_id: int, actor_ids: Collection[int]) -> set[int]:
    """Those of some people of whom somebody wants to hear whatever they do."""
    values = {"account": account_id, "wanted": sorted(actor_ids)}
    return {int(row[0]) for row in tx.execute(_PERMITTED, values)}


def is_offer_held_back(tx: Connection, account_id: int, offer_id: int) -> bool:
    """Whether somebody was not told of an invitation, or a reminder of it."""
    values = {"account": account_id, "offer": offer_id}
    return tx.execute(_OFFER_HELD, values).first() is not None


def requests(tx: Connection, account_id: int, window: Window) -> list[Request]:
    """What is held back, by person, in the order of their ids."""
    rows = tx.execute(_requests(window), {"account": account_id, **values_of(window)})
    return [Request(*row) for row in rows]


def request(tx: Connection, account_id: int, actor_id: int) -> Request | None:
    """What is held back of what one person did."""
    window = Window(1, before=actor_id + 1, since=actor_id - 1)
    return next(iter(requests(tx, account_id, window)), None)


def summary(tx: Connection, account_id: int) -> tuple[int, int]:
    """By how many people something is held back, and how much."""
    people, all_of_it = tx.execute(_SUMMARY, {"account": account_id}).one()
    return int(people), int(all_of_it)


def release(tx: Connection, account_id: int, actor_id: int) -> None:
    """What was held back of somebody stands among all the rest."""
    tx.execute(_RELEASE, {"account": account_id, "actor": actor_id})


def drop(tx: Connection, account_id: int, actor_id: int) -> None:
    """Delete what is held back of somebody."""
    tx.execute(_DROP, {"account": account_id, "actor": actor_id})


_ACCOUNT = bindparam("account", type_=BigInteger)
_ACTOR = bindparam("actor", type_=BigInteger)
_HELD = (Notification.account_id == _ACCOUNT, Notification.held_back.is_(True))
_OFFER_HELD = select(Notification.id).where(
    *_HELD, Notification.offer_id == bindparam("offer", type_=BigInteger)
)
_PERMITTED = select(NotificationPermission.actor_id).where(
    NotificationPermission.account_id == _ACCOUNT,
    one_of(NotificationPermission.actor_id, "wanted"),
)
_requests = paged(
    lambda: (
        select(
            Notification.actor_id,
            func.count(),
            func.min(Notification.created_at),
            func.max(Notification.created_at),
            func.max(Notification.post_id),
        )
        .where(*_HELD)
        .group_by(Notification.actor_id),
        Notification.actor_id,
    )
)
_SUMMARY = select(func.count(Notification.actor_id.distinct()), func.count()).where(*_HELD)
_RELEASE = (
    update(Notification).where(*_HELD, Notification.actor_id == _ACTOR).values(held_back=False)
)
_DROP = delete(Notification).where(*_HELD, Notification.actor_id == _ACTOR)
