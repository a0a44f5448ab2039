"""Follow: an actor asks to receive another's posts. It counts only once accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import build_activity, expect, read_object
from activitypub.vocab.terms import Doc


@dataclass(frozen=True, slots=True)
class Follow:
    id: str
    actor: str
    object_id: str
    object: Doc | None


def parse_follow(document: Doc) -> Follow:
    """A Follow of the actor ``object_id``; DocumentError on any other shape."""
    envelope, target = expect(document, "Follow"), read_object(document)
    return Follow(envelope.id, envelope.actor, target.id, target.document)


def build_follow(id: str, actor: str, object_id: str) -> dict[str, Any]:  # noqa: A002
    """A Follow, addressed to the followed actor (Pleroma and snac look at ``to``)."""
    return build_activity(id, "Follow", actor, object_id, to=[object_id])
