"""Collections that people's programs make: see ``OwnCollection``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import CollectionItem, OwnCollection, Post
from storage.queries.audiences import EVERYBODYS
from storage.queries.rows import add, find, many


def add_collection(tx: Connection, /, **values: Any) -> None:
    """Make an empty one."""
    add(tx, OwnCollection, **values)


def collection(tx: Connection, uri: str) -> OwnCollection | None:
    """A collection by its identifier."""
    return find(tx, OwnCollection, uri=uri)


def count_collections(tx: Connection, actor_id: int) -> int:
    """How many somebody has."""
    held = select(func.count()).select_from(OwnCollection)
    return int(tx.execute(held.where(OwnCollection.actor_id == actor_id)).scalar_one())


def remove_collection(tx: Connection, collection_id: int) -> None:
    """It is no more, nor what stood in it."""
    tx.execute(delete(CollectionItem).where(CollectionItem.collection_id == collection_id))
    tx.execute(delete(OwnCollection).where(OwnCollection.id == collection_id))


def collections_of(tx: Connection, actor_id: int) -> list[OwnCollection]:
    """All that somebody has."""
    return many(tx, OwnCollection, select(OwnCollection).where(OwnCollection.actor_id == actor_id))


def add_item(tx: Connection, item_id: int, collection_id: int, uri: str) -> bool:
    """Put something in; False if it stands there already."""
    values = {"id": item_id, "collection_id": collection_id, "uri": uri}
    return bool(insert_or_ignore(tx, CollectionItem, values))


def remove_item(tx: Connection, collection_id: int, uri: str) -> bool:
    """Take something out; False if it did not stand there."""
    gone = delete(CollectionItem).where(
        CollectionItem.collection_id == collection_id, CollectionItem.uri == uri
    )
    return bool(tx.execute(gone).rowcount)


def items(
    tx: Connection, collection_id: int, before: int | None, limit: int
) -> list[CollectionItem]:
    """What stands in it, newest first."""
    statement = (
        select(CollectionItem)
        .where(CollectionItem.collection_id == collection_id)
        .order_by(CollectionItem.id.desc())
        .limit(literal_limit(limit))
    )
    if before is not None:
        statement = statement.where(CollectionItem.id < before)
    return many(tx, CollectionItem, statement)


def count_items(tx: Connection, collection_id: int) -> int:
    """How much that is."""
    held = select(func.count()).select_from(CollectionItem)
    return int(tx.execute(held.where(CollectionItem.collection_id == collection_id)).scalar_one())


def everybodys(tx: Connection, uris: Iterable[str]) -> set[str]:
    """Those of the identifiers that are published posts for everybody."""
    wanted = sorted(set(uris))
    if not wanted:
        return set()
    statement = select(Post.uri).where(
        Post.uri.in_(wanted), Post.state == "published", Post.visibility.in_(EVERYBODYS)
    )
    return {str(uri) for uri in tx.execute(statement).scalars()}
