"""Accept: the answer to a Follow, an Offer or another request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import build_activity, expect, read_object
from activitypub.vocab.reading import as_id
from activitypub.vocab.terms import Doc


@dataclass(frozen=True, slots=True)
class Accept:
    """``object_id`` is ``""`` if the accepted activity is embedded without one.

    ``result`` is the identifier of an authorization stamp (FEP-044f, FEP-af48), if any.
    """

    id: str
    actor: str
    object_id: str
    object: Doc | None
    result: str | None


def parse_accept(document: Doc) -> Accept:
    """An Accept of one activity; DocumentError on any other shape.

    Whether the actor is the one who was asked must be decided against our own copy of the request,
    never against the embedded one.
    """
    envelope, target = expect(document, "Accept"), read_object(document, id_required=False)
    result = as_id(document.get("result"))
    return Accept(envelope.id, envelope.actor, target.id, target.document, result)


def build_accept(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    accepted: dict[str, Any],
    to: Sequence[str],
    *,
    result: str | None = None,
) -> dict[str, Any]:
    """An Accept with the accepted activity embedded: Takahē cannot do with its ``id`` alone."""
    document = build_activity(id, "Accept", actor, accepted, to=to)
    return document | ({"result": result} if result is not None else {})
