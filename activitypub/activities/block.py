"""Block: an actor wants nothing to do with another. Mastodon and its kin send it to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import build_activity, expect, read_object
from activitypub.vocab.terms import Doc


@dataclass(frozen=True, slots=True)
class Block:
    id: str
    actor: str
    object_id: str
    object: Doc | None


def parse_block(document: Doc) -> Block:
    """A Block of the actor ``object_id``; DocumentError on any other shape."""
    envelope, target = expect(document, "Block"), read_object(document)
    return Block(envelope.id, envelope.actor, target.id, target.document)


def build_block(id: str, actor: str, object_id: str) -> dict[str, Any]:  # noqa: A002
    """A Block, addressed to whom it blocks and nobody else."""
    return build_activity(id, "Block", actor, object_id, to=[object_id])
