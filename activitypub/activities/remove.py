"""Remove: an actor takes something out of a collection or an object of its own."""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.activities.envelope import expect, read_object
from activitypub.vocab.reading import as_id
from activitypub.vocab.terms import Doc


@dataclass(frozen=True, slots=True)
class Remove:
    """``target`` is what ``object_id`` is taken out of, None unless it is one identifier."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    target: str | None


def parse_remove(document: Doc) -> Remove:
    """A Remove of one thing with an identifier; DocumentError on any other shape."""
    envelope, taken = expect(document, "Remove"), read_object(document)
    return Remove(
        envelope.id, envelope.actor, taken.id, taken.document, as_id(document.get("target"))
    )
