"""Which thread an object belongs to, and where the rest of it can be read.

``context`` (FEP-7888, FEP-f228) is a collection of the whole thread, kept by the server of its
first post; ``replies`` are the answers to one object. Both are claims: what they list is fetched
from its own origin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from activitypub.documents.collection import CollectionView, parse_collection
from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_id, as_list, origin, same_origin
from activitypub.vocab.terms import AS2, Doc

MOST_ON_A_PAGE: Final = 200
_MEMBERS: Final = frozenset({"type", "attributedTo", "content", "to", "published"})
"""What an embedded object has if it is more than a reference with a few words about it."""


def context_id(document: Doc) -> str | None:
    """The thread's collection, if the object names one that could be fetched."""
    found = as_id(document.get("context"))
    return found if found is not None and origin(found) is not None else None


def replies_id(document: Doc) -> str | None:
    """Where the answers to an object are listed, if that is on its own server."""
    found = as_id(document.get("replies"))
    return found if found is not None and same_origin(found, document.get("id")) else None


def read_page(document: Doc) -> CollectionView | None:
    """A collection or page of one, None for anything else. Items of an embedded first page count
    as its own, and of all only ``MOST_ON_A_PAGE``.
    """
    try:
        view = parse_collection(document)
        first = parse_collection(view.first_page) if view.first_page is not None else None
    except DocumentError:
        return None
    if first is None:
        return view
    return CollectionView(
        id=view.id,
        kind=view.kind,
        total=view.total,
        first=None,
        first_page=None,
        items=(*view.items, *first.items),
        next=first.next or view.next,
        prev=None,
        part_of=view.part_of,
    )


def embedded_replies(document: Doc) -> tuple[tuple[str | Doc, ...], str | None]:
    """What an object itself lists of its answers, as it came, and where the list goes on."""
    replies = document.get("replies")
    view = read_page(replies) if isinstance(replies, Mapping) else None
    if view is None:
        return (), replies_id(document)
    following = view.next or view.first
    if following is None and not view.items:
        following = replies_id(document)
    if following is not None and not same_origin(following, document.get("id")):
        following = None
    return view.items[:MOST_ON_A_PAGE], following


def embedded_items(
    items: Sequence[str | Doc], container: str, context: Any = None
) -> dict[str, dict[str, Any]]:
    """The objects, by identifier, that need not be fetched: whole, and of ``container``'s server.

    ``container`` is the page or object they came in, fetched from its own address, and ``context``
    its ``@context``. A server that lists its own posts (Mastodon's ``replies``) may hand them out
    right there; of anybody else's only the identifier counts (FEP-fe34). Co-authored objects are
    left out: their text must be read strictly, octet by octet.
    """
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        if isinstance(item, str) or not item.keys() >= _MEMBERS or "coAuthors" in item:
            continue
        uri = as_id(item)
        if uri is not None and same_origin(uri, container):
            contexts = [*as_list(context), *as_list(item.get("@context"))]
            found[uri] = {**item, "@context": contexts} if contexts else dict(item)
    return found


def build_replies(
    collection: str,
    items: Sequence[str],
    *,
    total: int,
    next: str | None = None,  # noqa: A002 - the field's own name
) -> dict[str, Any]:
    """The answers to an object, with the first page embedded as Mastodon does."""
    page = build_replies_page(f"{collection}?page=1", collection, items, next=next)
    return {"id": collection, "type": "Collection", "totalItems": total, "first": page}


def build_replies_page(
    id: str,  # noqa: A002 - the field's own name
    collection: str,
    items: Sequence[str],
    *,
    next: str | None = None,  # noqa: A002
) -> dict[str, Any]:
    """One page of them."""
    page: dict[str, Any] = {
        "id": id,
        "type": "CollectionPage",
        "partOf": collection,
        "items": list(items),
    }
    return page if next is None else page | {"next": next}


def build_context(collection: str, owner: str, total: int) -> dict[str, Any]:
    """A thread as its owner sees it: in pages, oldest first, beginning with its first post."""
    return {
        "@context": AS2,
        "id": collection,
        "type": "OrderedCollection",
        "attributedTo": owner,
        "totalItems": total,
        "first": f"{collection}?page=1",
    }
