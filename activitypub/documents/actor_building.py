"""Building our own actors in the one form that every server read so far accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import AF48, RFC9421, actor_context

RSA_KEY_FRAGMENT: Final = "#main-key"
"""snac refuses key ids of another form."""
ED25519_KEY_FRAGMENT: Final = "#ed25519-key"
DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Picture:
    """An avatar or header: its URL, media type and description."""

    url: str
    media_type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """FEP-af48, Advertising willingness. Both empty: refuses everyone."""

    manual: tuple[str, ...] = ()
    automatic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capability:
    """An entry of ``implements`` (FEP-844e): the feature's identifier and a short name."""

    href: str
    name: str


CAPABILITIES: Final = (
    Capability(AF48, "FEP-af48: Consent-respecting co-authorship"),
    Capability(RFC9421, "RFC-9421: HTTP Message Signatures"),
)


def build_actor(
    *,
    id: str,  # noqa: A002 - the field's own name
    username: str,
    inbox: str,
    outbox: str,
    shared_inbox: str,
    endpoints: Mapping[str, str] | None = None,
    webfinger: str,
    rsa_public_pem: str,
    ed25519_multikey: str,
    ed25519_key_id: str | None = None,
    former_keys: Sequence[tuple[str, str]] = (),
    kind: str = "Person",
    name: str = "",
    summary: str = "",
    url: str | None = None,
    followers: str | None = None,
    following: str | None = None,
    featured: str | None = None,
    featured_tags: str | None = None,
    liked: str | None = None,
    published_at: int | None = None,
    manually_approves: bool = False,
    discoverable: bool = True,
    indexable: bool = False,
    fields: Sequence[tuple[str, str]] = (),
    icon: Picture | None = None,
    image: Picture | None = None,
    also_known_as: Sequence[str] = (),
    moved_to: str | None = None,
    tags: Sequence[dict[str, Any]] = (),
    attribution_domains: Sequence[str] = (),
    can_co_author: ApprovalPolicy | None = None,
    application: str | None = None,
    capabilities: Sequence[Capability] = CAPABILITIES,
) -> dict[str, Any]:
    """The document of an actor of ours; with ``kind="Application"`` that of the instance actor.

    The instance actor carries ``implements`` itself, the others a ``generator`` that refers to
    it (``application``, FEP-844e). ``summary`` and field values are HTML. ``publicKey`` is one
    object: Misskey refuses an array; the Ed25519 key stands in ``assertionMethod`` (FEP-521a).
    ``endpoints`` are those besides the shared inbox (ActivityPub 4.1). ``former_keys``: ids and
    Multikeys whose proofs still hold. Empty texts are left out, since Misskey refuses empty
    ones. Of ``published_at`` (ms) others get the day: the hour in which somebody signed up is
    nobody's business (as Mastodon does).
    """
    document: dict[str, Any] = {
        "@context": actor_context(),
        "id": id,
        "type": kind,
        "preferredUsername": username,
        "inbox": inbox,
        "outbox": outbox,
        "url": url or id,
        "webfinger": webfinger,
        "manuallyApprovesFollowers": manually_approves,
        "discoverable": discoverable,
        "indexable": indexable,
        "endpoints": {"sharedInbox": shared_inbox, **(endpoints or {})},
        "publicKey": {
            "id": id + RSA_KEY_FRAGMENT,
            "owner": id,
            "publicKeyPem": rsa_public_pem,
        },
        "assertionMethod": [
            {
                "id": key_id,
                "type": "Multikey",
                "controller": id,
                "publicKeyMultibase": multikey,
            }
            for key_id, multikey in (
                (ed25519_key_id or id + ED25519_KEY_FRAGMENT, ed25519_multikey),
                *former_keys,
            )
        ],
    }
    optional: dict[str, Any] = {
        "name": name,
        "summary": summary,
        "followers": followers,
        "following": following,
        "featured": featured,
        "featuredTags": featured_tags,
        "liked": liked,
        "published": None
        if published_at is None
        else format_time(published_at - published_at % DAY),
        "icon": _picture(icon),
        "image": _picture(image),
        "attachment": [
            {"type": "PropertyValue", "name": field, "value": value} for field, value in fields
        ],
        "tag": list(tags),
        "alsoKnownAs": list(also_known_as),
        "movedTo": moved_to,
        "attributionDomains": list(attribution_domains),
        "interactionPolicy": _policy(id, can_co_author),
    }
    document |= {member: value for member, value in optional.items() if value}
    implements = [{"href": entry.href, "name": entry.name} for entry in capabilities]
    if kind == "Application":
        document["implements"] = implements
    else:
        generator: dict[str, Any] = {"type": "Application", "implements": implements}
        document["generator"] = generator | ({"id": application} if application else {})
    return document


def _picture(picture: Picture | None) -> dict[str, Any] | None:
    if picture is None:
        return None
    document = {"type": "Image", "mediaType": picture.media_type, "url": picture.url}
    # Mastodon reads ``summary``, GoToSocial ``name``.
    said = {"summary": picture.name, "name": picture.name} if picture.name else {}
    return document | said


def _policy(actor_id: str, policy: ApprovalPolicy | None) -> dict[str, Any] | None:
    if policy is None:
        return None
    manual, automatic = list(policy.manual), list(policy.automatic)
    if not manual and not automatic:
        # Empty lists vanish in JSON-LD and would read as no policy (FEP-af48, FEP-044f).
        automatic = [actor_id]
    lists = {"manualApproval": manual, "automaticApproval": automatic}
    return {"canCoAuthor": {member: entries for member, entries in lists.items() if entries}}
