"""Undo: an actor takes back an activity of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.activities.envelope import build_activity, expect, read_object
from activitypub.vocab.terms import Doc

_KEPT: Final[tuple[str, ...]] = ("type", "id", "actor", "object", "target")


@dataclass(frozen=True, slots=True)
class Undo:
    """``object_id`` is ``""`` if the undone activity is embedded without one."""

    id: str
    actor: str
    object_id: str
    object: Doc | None


def parse_undo(document: Doc) -> Undo:
    """An Undo of one activity; DocumentError on any other shape.

    That the undone activity is the actor's own must be checked against what we stored of it.
    """
    envelope, target = expect(document, "Undo"), read_object(document, id_required=False)
    return Undo(envelope.id, envelope.actor, target.id, target.document)


def build_undo(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    undone: dict[str, Any],
    *,
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
) -> dict[str, Any]:
    """An Undo that embeds what others need of the undone activity.

    Misskey would have to fetch an activity by its ``id``, and Akkoma must have stored it. An object
    embedded in the undone activity is replaced by its ``id``.
    """
    embedded = {member: undone[member] for member in _KEPT if member in undone}
    inner = embedded.get("object")
    if isinstance(inner, dict) and "id" in inner:
        embedded["object"] = inner["id"]
    return build_activity(id, "Undo", actor, embedded, to=to, cc=cc)
