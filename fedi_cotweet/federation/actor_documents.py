"""A local actor as a document."""

from __future__ import annotations

from typing import Any

from activitypub.documents.actor import ApprovalPolicy, Picture, build_actor
from fedi_cotweet.services import emoji
from fedi_cotweet.services.accounts import proving_key_id
from fedi_cotweet.services.composing import hashtags_in
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors

_TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}


def _endpoints(base: str) -> dict[str, str]:
    """Where somebody's own programs sign in and go (ActivityPub 4.1)."""
    return {
        "oauthAuthorizationEndpoint": f"{base}/oauth/authorize",
        "oauthTokenEndpoint": f"{base}/oauth/token",
        "proxyUrl": f"{base}/proxyUrl",
        "uploadMedia": f"{base}/uploadMedia",
    }


def actor_document(tx: Tx, env: Env, actor: Actor) -> dict[str, Any]:
    """The document of a local actor."""
    at = env.addresses
    account = actors.account_of(tx, actor.id)
    assert account is not None, "a local actor has an account"
    proving = proving_key_id(account, actor)
    keys = actors.keys_of(tx, actor.id)
    public = {key.kind: key.public for key in keys if key.kind == "rsa" or key.key_id == proving}
    service = actor.kind == "Application"
    # Who has moved takes no invitations: nobody needs to send one to find out.
    inviting = actor.can_co_author if actor.moved_to is None else [actor.uri]
    return build_actor(
        id=actor.uri,
        username=actor.username,
        inbox=actor.inbox,
        outbox=actor.outbox or f"{actor.uri}/outbox",
        shared_inbox=at.shared_inbox,
        endpoints={} if service else _endpoints(at.base),
        webfinger=f"{actor.username}@{at.host}",
        rsa_public_pem=public["rsa"],
        ed25519_multikey=public["ed25519"],
        ed25519_key_id=proving,
        former_keys=[
            (key.key_id, key.public)
            for key in keys
            if key.kind == "ed25519" and key.key_id != proving
        ],
        kind=actor.kind,
        name=actor.name,
        summary=actor.summary,
        url=actor.url,
        followers=actor.followers_uri,
        following=actor.following_uri,
        featured=actor.featured_uri,
        liked=None if service else f"{actor.uri}/liked",
        featured_tags=None if service else f"{actor.uri}/collections/tags",
        published_at=actor.published_at,
        manually_approves=actor.manually_approves,
        discoverable=actor.discoverable,
        indexable=actor.indexable,
        fields=[(str(name), str(value)) for name, value in actor.fields or []],
        icon=_picture(actor.icon_url, actor.icon_alt),
        image=_picture(actor.image_url, actor.image_alt),
        also_known_as=[str(uri) for uri in actor.also_known_as or []],
        moved_to=actor.moved_to,
        tags=[] if service else _tags(tx, env, actor),
        attribution_domains=[str(host) for host in actor.attribution_domains or []],
        can_co_author=None
        if service or actor.can_co_author is None
        else ApprovalPolicy(manual=tuple(str(uri) for uri in inviting or ())),
        application=None if service else at.instance_actor,
    )


def _tags(tx: Tx, env: Env, actor: Actor) -> list[dict[str, Any]]:
    hashtags = [
        {"type": "Hashtag", "href": f"{env.addresses.base}/tags/{name}", "name": f"#{name}"}
        for name in hashtags_in(actor.summary)
    ]
    return hashtags + emoji.tags_for(tx, env, actor.name, actor.summary, with_digest=False)


def _picture(url: str | None, alt: str) -> Picture | None:
    if url is None:
        return None
    return Picture(url, _TYPES[f".{url.rpartition('.')[2]}"], alt)
