"""Collections and their pages, ordered or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_id, as_list, ids, types
from activitypub.vocab.terms import AS2, Doc

COLLECTION_TYPES: Final = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)
MAX_ITEMS: Final = 5000


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection or one page of it. ``items`` are strings and objects, as they came.

    ``first``, ``next``, ``prev`` and ``part_of`` are identifiers; ``first_page`` is the embedded
    first page, if it was embedded. ``total`` is what the sender claims, None if nothing.
    """

    id: str | None
    kind: str
    total: int | None
    first: str | None
    first_page: Doc | None
    items: tuple[str | Doc, ...]
    next: str | None
    prev: str | None
    part_of: str | None

    @property
    def item_ids(self) -> tuple[str, ...]:
        return ids(list(self.items))


def parse_collection(document: Doc) -> CollectionView:
    """A collection or page; DocumentError if it is none. At most ``MAX_ITEMS`` items are kept.

    The identifier may be missing: replies and first pages are often embedded without one.
    """
    kind = next((name for name in types(document) if name in COLLECTION_TYPES), None)
    if kind is None:
        raise DocumentError("not a collection")
    total = document.get("totalItems")
    first = document.get("first")
    items = as_list(document.get("orderedItems")) or as_list(document.get("items"))
    return CollectionView(
        id=as_id(document.get("id")),
        kind=kind,
        total=total if type(total) is int and 0 <= total < 2**53 else None,
        first=as_id(first),
        first_page=first if isinstance(first, Mapping) else None,
        items=tuple(item for item in items[:MAX_ITEMS] if isinstance(item, str | Mapping)),
        next=as_id(document.get("next")),
        prev=as_id(document.get("prev")),
        part_of=as_id(document.get("partOf")),
    )


def build_collection(
    id: str,  # noqa: A002 - the field's own name
    total: int | None,
    *,
    first: str | dict[str, Any] | None = None,
    items: Sequence[str | dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """An OrderedCollection with its size, and either its first page or all its items."""
    document: dict[str, Any] = {"@context": AS2, "id": id, "type": "OrderedCollection"}
    if total is not None:
        document["totalItems"] = total
    if first is not None:
        document["first"] = first
    if items is not None:
        document["orderedItems"] = list(items)
    return document


def build_page(
    id: str,  # noqa: A002 - the field's own name
    part_of: str,
    items: Sequence[str | dict[str, Any]],
    *,
    next: str | None = None,  # noqa: A002
    prev: str | None = None,
) -> dict[str, Any]:
    """An OrderedCollectionPage of ``part_of``."""
    document: dict[str, Any] = {
        "@context": AS2,
        "id": id,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": list(items),
    }
    if next is not None:
        document["next"] = next
    if prev is not None:
        document["prev"] = prev
    return document
