"""Reject: the no to a Follow, an Offer or another request, also after an Accept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.activities.envelope import build_activity, expect, read_object
from activitypub.vocab.reading import text
from activitypub.vocab.terms import Doc

MAX_REASON: Final = 2000


@dataclass(frozen=True, slots=True)
class Reject:
    """``object_id`` is ``""`` if the rejected activity is embedded without one.

    ``content`` is the reason, HTML from a stranger, cut at ``MAX_REASON``.
    """

    id: str
    actor: str
    object_id: str
    object: Doc | None
    content: str


def parse_reject(document: Doc) -> Reject:
    """A Reject of one activity; DocumentError on any other shape."""
    envelope, target = expect(document, "Reject"), read_object(document, id_required=False)
    reason = text(document.get("content"))[:MAX_REASON]
    return Reject(envelope.id, envelope.actor, target.id, target.document, reason)


def build_reject(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    rejected: str | dict[str, Any],
    to: Sequence[str],
    *,
    content: str = "",
) -> dict[str, Any]:
    """A Reject of an activity, embedded (for a Follow: Takahē needs it) or by its ``id``."""
    document = build_activity(id, "Reject", actor, rejected, to=to)
    return document | ({"content": content} if content else {})
