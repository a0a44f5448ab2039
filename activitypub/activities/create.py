"""Create: an actor publishes an object."""

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
from activitypub.vocab.reading import as_list, format_time, parse_time
from activitypub.vocab.terms import Doc, context_for


@dataclass(frozen=True, slots=True)
class Create:
    """The addressees are the activity's own; the object's count for who may see it."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    published_at: int | None


def parse_create(document: Doc) -> Create:
    """A Create of one object with an ``id``; DocumentError on any other shape."""
    envelope, target = expect(document, "Create"), read_object(document)
    return Create(
        envelope.id,
        envelope.actor,
        target.id,
        target.document,
        to=read_addressees(document, "to"),
        cc=read_addressees(document, "cc"),
        published_at=parse_time(document.get("published")),
    )


def build_create(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    note: dict[str, Any],
    published_at: int,
) -> dict[str, Any]:
    """A Create around a rendition of a note, addressed as the note is."""
    to, cc = as_list(note.get("to")), as_list(note.get("cc"))
    document = build_activity(id, "Create", actor, note, to=to, cc=cc, context=context_for(note))
    return document | addressed_as(note) | {"published": format_time(published_at)}
