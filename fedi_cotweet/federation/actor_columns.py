"""What is kept of an actor elsewhere, and whose a key with a document of its own says it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.documents.actor import ActorView
from activitypub.vocab.reading import as_id, as_list
from activitypub.vocab.terms import Doc


def columns(view: ActorView, new_id: int, host: str, now: int) -> dict[str, Any]:
    """The columns of an actor; ``new_id`` if it is new, ``host`` that of its identifier."""
    return {
        "id": new_id,
        "uri": view.id,
        "kind": view.kind,
        "username": view.username,
        "host": _handle_host(view, host),
        "local": False,
        "name": view.name,
        "summary": view.summary,
        "url": view.url,
        "inbox": view.inbox,
        "shared_inbox": view.shared_inbox,
        "outbox": view.outbox,
        "followers_uri": view.followers,
        "following_uri": view.following,
        "featured_uri": view.featured,
        "icon_url": view.icon_url,
        "image_url": view.image_url,
        "icon_alt": view.icon_alt,
        "image_alt": view.image_alt,
        "fields": [list(pair) for pair in view.fields],
        "manually_approves": view.manually_approves,
        "discoverable": view.discoverable,
        "indexable": view.indexable,
        "attribution_domains": list(view.attribution_domains),
        "can_co_author": None if view.can_co_author is None else list(view.can_co_author),
        "also_known_as": list(view.also_known_as),
        "moved_to": view.moved_to,
        "published_at": view.published_at,
        "created_at": now,
        "fetched_at": now,
        "gone_at": None,
    }


def claimed_owner(document: Doc) -> str | None:
    """Whose key a key's document says it is: its owner, or the actor it is a part of."""
    key = next((k for k in as_list(document.get("publicKey")) if isinstance(k, Mapping)), document)
    return as_id(key.get("owner")) or as_id(key.get("controller"))


def _handle_host(view: ActorView, host: str) -> str:
    """The host of the handle: as the actor claims it, if that is its own host (FEP-2c59)."""
    claimed = (view.webfinger or "").rpartition("@")[2]
    return claimed if claimed == host else host
