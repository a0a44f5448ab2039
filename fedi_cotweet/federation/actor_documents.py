"""A local actor as a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from activitypub.documents.actor import ApprovalPolicy, build_actor
from fedi_cotweet.services.env import Addresses
from storage.models import Actor, ActorKey


def actor_document(at: Addresses, actor: Actor, keys: Sequence[ActorKey]) -> dict[str, Any]:
    """The document of a local actor."""
    public = {key.kind: key.public for key in keys}
    service = actor.kind == "Application"
    return build_actor(
        id=actor.uri,
        username=actor.username,
        inbox=actor.inbox,
        outbox=actor.outbox or f"{actor.uri}/outbox",
        shared_inbox=at.shared_inbox,
        webfinger=f"{actor.username}@{at.host}",
        rsa_public_pem=public["rsa"],
        ed25519_multikey=public["ed25519"],
        kind=actor.kind,
        name=actor.name,
        summary=actor.summary,
        url=actor.url,
        followers=actor.followers_uri,
        following=actor.following_uri,
        featured=actor.featured_uri,
        published_at=actor.published_at,
        manually_approves=actor.manually_approves,
        discoverable=actor.discoverable,
        indexable=actor.indexable,
        fields=[(str(name), str(value)) for name, value in actor.fields or []],
        also_known_as=[str(uri) for uri in actor.also_known_as or []],
        moved_to=actor.moved_to,
        can_co_author=None
        if service or actor.can_co_author is None
        else ApprovalPolicy(manual=tuple(str(uri) for uri in actor.can_co_author)),
        application=None if service else at.instance_actor,
    )
