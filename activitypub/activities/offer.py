"""Offer: one actor proposes an object to another. What it means is decided elsewhere.

Whether an Offer is a co-authorship invitation, and a proper one, is for
``activitypub.coauthorship`` to say; here it is only read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import build_activity, expect, read_addressees, read_object
from activitypub.vocab.reading import as_id, format_time, parse_time
from activitypub.vocab.terms import Doc, context_for


@dataclass(frozen=True, slots=True)
class Offer:
    """``target`` is None unless it is exactly one identifier. Times are in ms since 1970."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    target: str | None
    to: tuple[str, ...]
    published_at: int | None
    end_at: int | None


def parse_offer(document: Doc) -> Offer:
    """An Offer of one object; DocumentError on any other shape."""
    envelope, target = expect(document, "Offer"), read_object(document)
    return Offer(
        envelope.id,
        envelope.actor,
        target.id,
        target.document,
        target=as_id(document.get("target")),
        to=read_addressees(document, "to"),
        published_at=parse_time(document.get("published")),
        end_at=parse_time(document.get("endTime")),
    )


def build_offer(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    offered: dict[str, Any],
    target: str,
    *,
    to: Sequence[str],
    published_at: int,
    end_at: int,
) -> dict[str, Any]:
    """An Offer of an embedded object to ``target``, open until ``end_at``."""
    context = context_for(offered)
    document = build_activity(id, "Offer", actor, offered, to=to, context=context)
    return document | {
        "target": target,
        "published": format_time(published_at),
        "endTime": format_time(end_at),
    }
