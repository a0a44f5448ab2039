"""Delete: an actor removes an object of its own, or itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import build_activity, expect, read_object
from activitypub.documents.tombstone import build_tombstone
from activitypub.vocab.reading import text
from activitypub.vocab.terms import Doc


@dataclass(frozen=True, slots=True)
class Delete:
    """``former_type`` is what the sender says it was, ``""`` if nothing."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    former_type: str

    @property
    def deletes_actor(self) -> bool:
        return self.actor == self.object_id


def parse_delete(document: Doc) -> Delete:
    """A Delete of one object with an ``id``; DocumentError on any other shape."""
    envelope, target = expect(document, "Delete"), read_object(document)
    former = text((target.document or {}).get("formerType"))[:64]
    return Delete(envelope.id, envelope.actor, target.id, target.document, former)


def build_delete(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    object_id: str,
    *,
    to: Sequence[str],
    cc: Sequence[str] = (),
    former_type: str | None = None,
) -> dict[str, Any]:
    """A Delete with a Tombstone, without which Pixelfed ignores it; of an actor by ``id`` alone."""
    target: str | dict[str, Any] = object_id
    if object_id != actor:
        target = build_tombstone(object_id, former_type=former_type, with_context=False)
    return build_activity(id, "Delete", actor, target, to=to, cc=cc)
