"""``Relationship``: what one has to do with somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fedi_cotweet.mastodon_api.entities.times import moment
from storage.engine import Tx
from storage.queries import relationships

Document = dict[str, Any]


def in_order(tx: Tx, now: int, account_id: int, actor_ids: Sequence[int]) -> list[Document]:
    """One for each id, in their order; those of nobody say that there is nothing."""
    found = relationships.between(tx, account_id, actor_ids, now)
    return [_document(actor_id, found[actor_id]) for actor_id in actor_ids]


def one(tx: Tx, now: int, account_id: int, actor_id: int) -> Document:
    """With one person."""
    return in_order(tx, now, account_id, [actor_id])[0]


def _document(actor_id: int, held: relationships.Relation) -> Document:
    return {
        "id": str(actor_id),
        "following": held.following,
        "showing_reblogs": held.following and held.reblogs,
        "notifying": held.following and held.notify,
        "languages": list(held.languages) if held.following and held.languages else None,
        "followed_by": held.followed_by,
        "blocking": held.blocking,
        "blocked_by": held.blocked_by,
        "muting": held.muting,
        "muting_notifications": held.mutes_notices,
        "muting_expires_at": None if held.muted_until is None else moment(held.muted_until),
        "requested": held.requested,
        "requested_by": held.requested_by,
        "domain_blocking": held.host_blocked,
        "endorsed": held.endorsed,
        "note": held.note,
    }
