"""What an object says of its own likes, shares and replies: where they are counted, and how many.

Mastodon and its kin embed the three collections with their sizes; others give addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.vocab.reading import as_id, same_origin
from activitypub.vocab.terms import Doc

MEMBERS: Final = ("likes", "shares", "replies")


@dataclass(frozen=True, slots=True)
class Totals:
    """How many of each an object's server counts; None where it does not say."""

    likes: int | None = None
    shares: int | None = None
    replies: int | None = None


NO_TOTALS: Final = Totals()


def read_totals(document: Doc) -> Totals:
    """The sizes of the collections embedded in an object."""
    return Totals(*(read_total(document.get(name)) for name in MEMBERS))


def read_total(collection: Any) -> int | None:
    """The size that a collection claims, if it is one."""
    total = collection.get("totalItems") if isinstance(collection, Mapping) else None
    return total if type(total) is int and 0 <= total < 2**53 else None


def without_totals(document: Doc) -> dict[str, Any]:
    """The object with the addresses of the collections only: their sizes are no new version."""
    kept = dict(document)
    for name in MEMBERS:
        if isinstance(kept.get(name), Mapping):
            address = as_id(kept.pop(name))
            if address is not None:
                kept[name] = address
    return kept


def collection_ids(document: Doc) -> dict[str, str]:
    """The addresses of an object's collections, as far as they are the object's own: its
    identifier, a slash and something more. Nobody's else can be claimed."""
    object_id = as_id(document.get("id"))
    if object_id is None:
        return {}
    return {
        name: address
        for name in MEMBERS
        if (address := as_id(document.get(name))) is not None
        and address.startswith(f"{object_id}/")
        and same_origin(address, object_id)
    }


def build_collections(object_id: str, totals: Totals) -> dict[str, Any]:
    """The three members of an object of ours."""
    return {
        name: {
            "id": f"{object_id}/{name}",
            "type": "Collection",
            "totalItems": getattr(totals, name) or 0,
        }
        for name in MEMBERS
    }
