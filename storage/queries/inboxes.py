"""What arrived for people here: see ``InboxEntry``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import Boost, InboxEntry, Offer, Post, PostCreate
from storage.queries.rows import among, many


def add(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Note what arrived; how much of it was new. A second copy of an activity is not noted."""
    return insert_or_ignore(tx, InboxEntry, rows)


def page(tx: Connection, account_id: int, before: int | None, limit: int) -> list[InboxEntry]:
    """The newest of what arrived for somebody."""
    statement = (
        select(InboxEntry)
        .where(InboxEntry.account_id == account_id)
        .order_by(InboxEntry.id.desc())
        .limit(literal_limit(limit))
    )
    if before is not None:
        statement = statement.where(InboxEntry.id < before)
    return many(tx, InboxEntry, statement)


def noted(tx: Connection, account_id: int, kind: str, uris: Iterable[str]) -> set[str]:
    """Those of the objects about which an activity of this kind arrived for somebody."""
    wanted = sorted(set(uris))
    if not wanted:
        return set()
    statement = select(InboxEntry.object_uri).where(
        InboxEntry.account_id == account_id,
        InboxEntry.object_uri.in_(wanted),
        InboxEntry.kind == kind,
    )
    return {str(uri) for uri in tx.execute(statement).scalars()}


def forget(tx: Connection, before: int, limit: int) -> int:
    """Forget what arrived before an id, at most ``limit`` of it; how much that was."""
    oldest = (
        select(InboxEntry.id)
        .where(InboxEntry.id < before)
        .order_by(InboxEntry.id)
        .limit(literal_limit(limit))
    )
    return tx.execute(delete(InboxEntry).where(InboxEntry.id.in_(oldest))).rowcount


def note_create(tx: Connection, post_id: int, uri: str) -> None:
    """By which ``Create`` a post came. The first one counts."""
    insert_or_ignore(tx, PostCreate, {"post_id": post_id, "uri": uri})


def creates_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, str]:
    """The ``Create``s of posts from elsewhere, as far as they came in one."""
    rows = among(tx, PostCreate, "post_id", sorted(set(post_ids)))
    return {row.post_id: row.uri for row in rows}


def posts_about(tx: Connection, uris: Iterable[str]) -> list[Post]:
    """The posts that activities are about, as far as they are known."""
    wanted = sorted(set(uris))
    return many(tx, Post, select(Post).where(Post.uri.in_(wanted))) if wanted else []


def boosts_at(tx: Connection, places: Iterable[int]) -> list[Boost]:
    """The boosts that brought posts into home timelines, by their places there."""
    wanted = sorted(set(places))
    return many(tx, Boost, select(Boost).where(Boost.id.in_(wanted))) if wanted else []


def invitations(tx: Connection, target_id: int, uris: Iterable[str]) -> list[Offer]:
    """The invitations to somebody with these ids."""
    wanted = sorted(set(uris))
    if not wanted:
        return []
    statement = select(Offer).where(
        Offer.uri.in_(wanted), Offer.side == "received", Offer.target_id == target_id
    )
    return many(tx, Offer, statement)
