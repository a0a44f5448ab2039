"""Flag: a report of actors and objects to those who answer for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.activities.envelope import build_activity, expect
from activitypub.errors import DocumentError
from activitypub.vocab.reading import ids, text
from activitypub.vocab.terms import Doc

MAX_OBJECTS: Final = 100


@dataclass(frozen=True, slots=True)
class Flag:
    """``objects`` are identifiers of actors and of what they wrote, mixed. ``content`` may be HTML;
    it is a stranger's."""

    id: str
    actor: str
    objects: tuple[str, ...]
    content: str


def parse_flag(document: Doc) -> Flag:
    """A Flag of 1 to ``MAX_OBJECTS`` things with an ``id``; DocumentError on any other shape."""
    envelope = expect(document, "Flag")
    objects = tuple(dict.fromkeys(ids(document.get("object"))))
    if not 1 <= len(objects) <= MAX_OBJECTS:
        raise DocumentError(f"a Flag needs 1 to {MAX_OBJECTS} objects")
    return Flag(envelope.id, envelope.actor, objects, text(document.get("content")))


def build_flag(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    objects: Sequence[str],
    content: str,
    *,
    to: Sequence[str],
) -> dict[str, Any]:
    """A Flag, actors first: Mastodon takes it for every actor of its own that is named."""
    document = build_activity(id, "Flag", actor, objects[0], to=to)
    return document | {"object": list(objects), "content": content}
