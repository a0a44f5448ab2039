"""What remains of a deleted object: served with 410 at its id, embedded in its Delete."""

from __future__ import annotations

from typing import Any

from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import AS2


def build_tombstone(
    id: str,  # noqa: A002 - the field's own name
    deleted_at: int | None = None,
    former_type: str | None = None,
    *,
    with_context: bool = True,
) -> dict[str, Any]:
    """The Tombstone of ``id``; ``deleted_at`` in ms. Without context it can be embedded."""
    document: dict[str, Any] = {"@context": AS2} if with_context else {}
    document |= {"id": id, "type": "Tombstone"}
    if former_type is not None:
        document["formerType"] = former_type
    if deleted_at is not None:
        document["deleted"] = format_time(deleted_at)
    return document
