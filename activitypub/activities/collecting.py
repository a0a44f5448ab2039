"""Add and Remove: the owner of a collection says what is in it and what no longer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from activitypub.activities.envelope import Target, build_activity, peek
from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_id, as_list, format_time, parse_time
from activitypub.vocab.terms import Doc

MAX_ITEMS: Final = 20


@dataclass(frozen=True, slots=True)
class Collecting:
    """``items`` were added to, or removed from, the collection ``target_id``.

    ``total`` is how many items the collection has now, None if that was not said. Whether
    ``actor`` owns the collection is for whoever knows it to check.
    """

    id: str
    actor: str
    removed: bool
    items: tuple[Target, ...]
    target_id: str
    total: int | None
    published_at: int | None


def parse_collecting(document: Doc) -> Collecting:
    """An Add or Remove of 1 to ``MAX_ITEMS`` objects with an ``id``; else DocumentError."""
    envelope = peek(document)
    if envelope.type not in {"Add", "Remove"}:
        raise DocumentError("not an activity of type Add or Remove")
    objects = as_list(document.get("object"))
    if not 1 <= len(objects) <= MAX_ITEMS:
        raise DocumentError(f"an Add or Remove needs 1 to {MAX_ITEMS} objects")
    items = []
    for item in objects:
        item_id = as_id(item)
        if item_id is None:
            raise DocumentError("an object without an identifier")
        items.append(Target(item_id, item if isinstance(item, Mapping) else None))
    target = document.get("target")
    target_id = as_id(target)
    if target_id is None:
        raise DocumentError("an Add or Remove needs exactly one target")
    total = target.get("totalItems") if isinstance(target, Mapping) else None
    return Collecting(
        envelope.id,
        envelope.actor,
        removed=envelope.type == "Remove",
        items=tuple(items),
        target_id=target_id,
        total=total if type(total) is int and 0 <= total < 2**53 else None,
        published_at=parse_time(document.get("published")),
    )


def build_collecting(
    kind: Literal["Add", "Remove"],
    *,
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    items: Sequence[str | dict[str, Any]],
    target: str,
    total: int,
    published_at: int,
    to: Sequence[str],
) -> dict[str, Any]:
    """An Add or Remove of some items, with the size that the collection has now."""
    if not 1 <= len(items) <= MAX_ITEMS:
        raise ValueError(f"1 to {MAX_ITEMS} items go into one activity")
    first = items[0] if isinstance(items[0], str) else dict(items[0])
    document = build_activity(id, kind, actor, first, to=to)
    if len(items) > 1:
        document["object"] = [
            item
            if isinstance(item, str)
            else {name: value for name, value in item.items() if name != "@context"}
            for item in items
        ]
    return document | {
        "target": {"id": target, "type": "Collection", "totalItems": total},
        "published": format_time(published_at),
    }
