"""Update: an actor publishes a new version of an object, or of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import (
    addressed_as,
    build_activity,
    expect,
    read_addressees,
    read_object,
)
from activitypub.vocab.reading import as_list, types
from activitypub.vocab.terms import ACTOR_TYPES, PUBLIC, Doc, actor_context, context_for


@dataclass(frozen=True, slots=True)
class Update:
    id: str
    actor: str
    object_id: str
    object: Doc | None
    to: tuple[str, ...]
    cc: tuple[str, ...]


def parse_update(document: Doc) -> Update:
    """An Update of one object with an ``id``; DocumentError on any other shape."""
    envelope, target = expect(document, "Update"), read_object(document)
    to, cc = read_addressees(document, "to"), read_addressees(document, "cc")
    return Update(envelope.id, envelope.actor, target.id, target.document, to, cc)


def build_update(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    updated: dict[str, Any],
) -> dict[str, Any]:
    """An Update of a note, addressed as the note is, or of an actor, addressed to the public."""
    is_actor = not ACTOR_TYPES.isdisjoint(types(updated))
    context = actor_context() if is_actor else context_for(updated)
    to = [PUBLIC] if is_actor else as_list(updated.get("to"))
    cc = as_list(updated.get("cc"))
    document = build_activity(id, "Update", actor, updated, to=to, cc=cc, context=context)
    return document if is_actor else document | addressed_as(updated)
