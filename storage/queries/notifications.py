"""What people should hear of by window, and how far they have read."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlalchemy import BigInteger, Connection, Integer, Select, bindparam, delete, func, select

from fedi_cotweet.domain.windows import Window
from storage.dialect import upsert
from storage.models import Marker, Notification
from storage.queries.rows import find, many
from storage.windows import Shape, shape_of, values_of, windowed


def of_account(
    tx: Connection,
    account_id: int,
    window: Window,
    *,
    only: Collection[str] | None = None,
    without: Collection[str] = (),
    actor_id: int | None = None,
    held_back: bool = False,
) -> list[Notification]:
    """A window of somebody's notifications; ``held_back``: those too that are held back.

    ``only``: of these kinds; ``without``: not of these; ``actor_id``: brought about by them.
    """
    statement = _window(
        shape_of(window), only is not None, bool(without), actor_id is not None, held_back
    )
    values = {
        "account": account_id,
        "only": sorted(only or ()),
        "without": sorted(without),
        "actor": actor_id,
        **values_of(window),
    }
    return many(tx, Notification, statement, values)


def unread(tx: Connection, account_id: int, most: int) -> list[tuple[str, int | None]]:
    """Kind, and who did it, of those after the last one that somebody read, up to ``most``; none
    held back."""
    values = {"account": account_id, "most": most}
    return [(str(kind), actor_id) for kind, actor_id in tx.execute(_UNREAD, values)]


def newest(tx: Connection, account_id: int) -> int:
    """The id of the last thing that somebody was told, 0 without any; none held back."""
    return int(tx.execute(_NEWEST, {"account": account_id}).scalar_one() or 0)


def of_subject(tx: Connection, account_id: int, kind: str, subject: str) -> Notification | None:
    """What somebody was told of this kind about this."""
    return find(tx, Notification, account_id=account_id, kind=kind, subject=subject)


def dismiss(tx: Connection, account_id: int, notification_id: int) -> bool:
    """Delete one of somebody's notifications; False when there is none."""
    values = {"account": account_id, "id": notification_id}
    return bool(tx.execute(_DISMISS, values).rowcount)


def forget_older(tx: Connection, post_id: int, kinds: Collection[str], before: int) -> None:
    """Take back what anybody was told of a post before then, of these kinds."""
    tx.execute(_FORGET_OLDER, {"post": post_id, "kinds": sorted(kinds), "before": before})


def clear(tx: Connection, account_id: int) -> None:
    """Delete all of somebody's notifications."""
    tx.execute(_CLEAR, {"account": account_id})


def markers(tx: Connection, account_id: int) -> dict[str, Marker]:
    """How far somebody has read, by timeline."""
    found = many(tx, Marker, _MARKERS, {"account": account_id})
    return {marker.timeline: marker for marker in found}


def set_marker(
    tx: Connection, account_id: int, timeline: str, last_read_id: int, version: int, now: int
) -> None:
    """Somebody has read as far as this."""
    row = {
        "account_id": account_id,
        "timeline": timeline,
        "last_read_id": last_read_id,
        "version": version,
        "updated_at": now,
    }
    upsert(tx, Marker, row, key=("account_id", "timeline"))


@cache
def _window(
    shape: Shape, some: bool, less: bool, by_actor: bool, held_back: bool
) -> Select[tuple[Notification]]:
    statement = select(Notification).where(Notification.account_id == _ACCOUNT)
    if not held_back:
        statement = statement.where(Notification.held_back.is_(False))
    if some:
        statement = statement.where(Notification.kind.in_(bindparam("only", expanding=True)))
    if less:
        statement = statement.where(Notification.kind.not_in(bindparam("without", expanding=True)))
    if by_actor:
        statement = statement.where(
            Notification.actor_id == bindparam("actor", type_=BigInteger),
        )
    return windowed(statement, Notification.id, shape)


_ACCOUNT = bindparam("account", type_=BigInteger)
_DISMISS = delete(Notification).where(
    Notification.id == bindparam("id", type_=BigInteger), Notification.account_id == _ACCOUNT
)
_FORGET_OLDER = delete(Notification).where(
    Notification.post_id == bindparam("post", type_=BigInteger),
    Notification.kind.in_(bindparam("kinds", expanding=True)),
    Notification.created_at <= bindparam("before", type_=BigInteger),
)
_CLEAR = delete(Notification).where(Notification.account_id == _ACCOUNT)
_READ_TO = (
    select(Marker.last_read_id)
    .where(Marker.account_id == _ACCOUNT, Marker.timeline == "notifications")
    .scalar_subquery()
)
_TOLD = (Notification.account_id == _ACCOUNT, Notification.held_back.is_(False))
_UNREAD = (
    select(Notification.kind, Notification.actor_id)
    .where(*_TOLD, Notification.id > func.coalesce(_READ_TO, 0))
    .limit(bindparam("most", type_=Integer))
)
_NEWEST = select(func.max(Notification.id)).where(*_TOLD)
_MARKERS = select(Marker).where(Marker.account_id == _ACCOUNT)
