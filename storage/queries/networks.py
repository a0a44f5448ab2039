"""Pages of people by what one has to do with them, in the ids by which clients page.

Each gives (place, actor id): the place is the id of the follow or block, or where there is none,
the actor's own id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, or_, select

from fedi_cotweet.domain.windows import Window
from storage.models import Block, Endorsement, Follow, HostBlock, ListMember, Mute
from storage.windows import paged, values_of

Place = tuple[int, int]
_Paged = Callable[[Window], Select[*tuple[Any, ...]]]


def followers(tx: Connection, actor_id: int, window: Window) -> list[Place]:
    """Who follows somebody, as far as it is known here."""
    return _rows(tx, _followers, window, actor_id)


def following(tx: Connection, actor_id: int, window: Window) -> list[Place]:
    """Whom somebody follows."""
    return _rows(tx, _following, window, actor_id)


def requests(tx: Connection, account_id: int, window: Window) -> list[Place]:
    """Who waits to follow a locked account."""
    return _rows(tx, _requests, window, account_id)


def asked(tx: Connection, account_id: int, window: Window) -> list[Place]:
    """Whom somebody asked to follow who has not answered."""
    return _rows(tx, _asked, window, account_id)


def blocked(tx: Connection, account_id: int, window: Window) -> list[Place]:
    """Whom an account blocks."""
    return _rows(tx, _blocked, window, account_id)


def muted(tx: Connection, account_id: int, now: int, window: Window) -> list[Place]:
    """Whom an account mutes at the moment."""
    values = {"actor": account_id, "now": now, **values_of(window)}
    return [(int(a), int(b)) for a, b in tx.execute(_muted(window), values)]


def on_list(tx: Connection, list_id: int, window: Window) -> list[Place]:
    """Who is on a list."""
    return _rows(tx, _on_list, window, list_id)


def endorsed(tx: Connection, account_id: int, window: Window) -> list[Place]:
    """Whom an account shows on its profile."""
    return _rows(tx, _endorsed, window, account_id)


def blocked_hosts(tx: Connection, account_id: int, window: Window) -> list[tuple[int, str]]:
    """(When, host) of the servers that an account blocks: it blocks one at a time."""
    values = {"actor": account_id, **values_of(window)}
    return [(int(a), str(b)) for a, b in tx.execute(_hosts(window), values)]


def lists_with(tx: Connection, list_ids: list[int], actor_id: int) -> set[int]:
    """Those of the lists on which somebody is."""
    if not list_ids:
        return set()
    rows = tx.execute(_LISTS_WITH, {"wanted": list_ids, "actor": actor_id})
    return {int(row[0]) for row in rows}


def _rows(tx: Connection, statement: _Paged, window: Window, of: int) -> list[Place]:
    rows = tx.execute(statement(window), {"actor": of, **values_of(window)})
    return [(int(a), int(b)) for a, b in rows]


_OF = bindparam("actor", type_=BigInteger)
_followers = paged(
    lambda: (
        select(Follow.id, Follow.follower_id).where(
            Follow.followed_id == _OF, Follow.state == "accepted"
        ),
        Follow.id,
    )
)
_following = paged(
    lambda: (
        select(Follow.id, Follow.followed_id).where(
            Follow.follower_id == _OF, Follow.state == "accepted"
        ),
        Follow.id,
    )
)
_requests = paged(
    lambda: (
        select(Follow.id, Follow.follower_id).where(
            Follow.followed_id == _OF, Follow.state == "requested"
        ),
        Follow.id,
    )
)
_asked = paged(
    lambda: (
        select(Follow.id, Follow.followed_id).where(
            Follow.follower_id == _OF, Follow.state == "requested"
        ),
        Follow.id,
    )
)
_blocked = paged(lambda: (select(Block.id, Block.target_id).where(Block.actor_id == _OF), Block.id))
_muted = paged(
    lambda: (
        select(Mute.target_id, Mute.target_id.label("again")).where(
            Mute.account_id == _OF, or_(Mute.until.is_(None), Mute.until > bindparam("now"))
        ),
        Mute.target_id,
    )
)
_on_list = paged(
    lambda: (
        select(ListMember.actor_id, ListMember.actor_id.label("again")).where(
            ListMember.list_id == _OF
        ),
        ListMember.actor_id,
    )
)
_endorsed = paged(
    lambda: (
        select(Endorsement.id, Endorsement.actor_id).where(Endorsement.account_id == _OF),
        Endorsement.id,
    )
)
_hosts = paged(
    lambda: (
        select(HostBlock.created_at, HostBlock.host).where(HostBlock.account_id == _OF),
        HostBlock.created_at,
    )
)
_LISTS_WITH = select(ListMember.list_id).where(
    ListMember.list_id.in_(bindparam("wanted", expanding=True)), ListMember.actor_id == _OF
)
