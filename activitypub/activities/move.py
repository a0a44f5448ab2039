"""Move: an actor says that it is somebody else from now on. Followers follow; posts stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import build_activity, expect, read_object
from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_id, origin
from activitypub.vocab.terms import Doc


@dataclass(frozen=True, slots=True)
class Move:
    """``object_id`` moved to ``target``; only the actor itself may say so."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    target: str


def parse_move(document: Doc) -> Move:
    """A Move to one other actor; DocumentError on any other shape."""
    envelope, moved = expect(document, "Move"), read_object(document)
    target = as_id(document.get("target"))
    if target is None or origin(target) is None or target == moved.id:
        raise DocumentError("a Move needs exactly one target")
    return Move(envelope.id, envelope.actor, moved.id, moved.document, target)


def build_move(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    target: str,
    *,
    to: Sequence[str],
) -> dict[str, Any]:
    """The Move of an actor to ``target``, which must name it in ``alsoKnownAs``."""
    return build_activity(id, "Move", actor, actor, to=to) | {"target": target}
