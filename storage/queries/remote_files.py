"""Copies of others' files: how large, and how long ago somebody looked."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.dialect import limit as literal_limit
from storage.dialect import upsert
from storage.models import RemoteFile
from storage.queries.rows import many


def keep(tx: Connection, token: str, path: str, size: int, now: int) -> None:
    """A copy is on the disk, anew or again."""
    row = {"token": token, "path": path, "size": size, "used_at": now}
    upsert(tx, RemoteFile, row, key=["token"])


def used(tx: Connection, tokens: Collection[str], now: int, unless_after: int) -> None:
    """Somebody looked at these. Those seen later than ``unless_after`` stay as they are."""
    tx.execute(_USED, {"wanted": sorted(tokens), "now": now, "after": unless_after})


def oldest(tx: Connection, before: int, count: int) -> list[RemoteFile]:
    """Those that nobody looked at since, the longest ago first."""
    return many(tx, RemoteFile, _OLDEST.limit(literal_limit(count)), {"before": before})


def forget(tx: Connection, tokens: Collection[str]) -> None:
    """They are on the disk no more."""
    tx.execute(_FORGET, {"wanted": sorted(tokens)})


def sizes(tx: Connection, after: str, count: int) -> list[tuple[str, int]]:
    """Tokens and sizes, in the order of the tokens."""
    found = tx.execute(_SIZES.limit(literal_limit(count)), {"after": after})
    return [(str(token), int(size)) for token, size in found]


_THESE = RemoteFile.token.in_(bindparam("wanted", expanding=True))
_USED = (
    update(RemoteFile)
    .where(_THESE, RemoteFile.used_at < bindparam("after"))
    .values(used_at=bindparam("now"))
)
_OLDEST = (
    select(RemoteFile)
    .where(RemoteFile.used_at < bindparam("before"))
    .order_by(RemoteFile.used_at, RemoteFile.token)
)
_FORGET = delete(RemoteFile).where(_THESE)
_SIZES = (
    select(RemoteFile.token, RemoteFile.size)
    .where(RemoteFile.token > bindparam("after"))
    .order_by(RemoteFile.token)
)
