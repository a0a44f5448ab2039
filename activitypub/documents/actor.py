"""Actors: reading those of others; building our own is next door, in ``actor_building``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from activitypub.discovery.handles import is_username, parse_handle
from activitypub.documents.actor_building import (
    ApprovalPolicy,
    Capability,
    Picture,
    build_actor,
)
from activitypub.documents.bounds import (
    FIELD_NAME,
    FIELD_VALUE,
    PERSON,
    PICTURE_ALT,
    PROFILE,
    cut,
    cut_source,
)
from activitypub.documents.links import image_alt, image_url, natural, page_url
from activitypub.errors import DocumentError
from activitypub.vocab.reading import (
    as_id,
    as_list,
    host_of,
    ids,
    origin,
    parse_time,
    same_origin,
    text,
    types,
)
from activitypub.vocab.terms import ACTOR_TYPES, Doc

__all__ = [
    "ActorView",
    "ApprovalPolicy",
    "Capability",
    "Picture",
    "PublicKeyView",
    "build_actor",
    "parse_actor",
]

MAX_KEYS: Final = 10
MAX_FIELDS: Final = 50
MAX_ALIASES: Final = 50
MAX_DOMAINS: Final = 100
MAX_APPROVALS: Final = 100
_MAX_PEM: Final = 16_384


@dataclass(frozen=True, slots=True)
class PublicKeyView:
    """A public key an actor claims. ``public`` is PEM, or a Multikey if it begins with ``z``."""

    id: str
    owner: str
    kind: Literal["rsa", "ed25519"]
    public: str


@dataclass(frozen=True, slots=True)
class ActorView:
    """An actor as its document says. Nothing here is sanitised; times are ms since 1970.

    ``name`` is text, ``summary`` and the values of ``fields`` are HTML. ``can_co_author`` has the
    identifiers of both approval lists of FEP-af48's policy; None means no policy at all.
    ``webfinger`` is ``user@host`` as claimed (FEP-2c59): to be looked up before it is shown.
    """

    id: str
    kind: str
    username: str
    name: str
    summary: str
    url: str
    inbox: str
    shared_inbox: str | None
    outbox: str | None
    followers: str | None
    following: str | None
    featured: str | None
    keys: tuple[PublicKeyView, ...]
    manually_approves: bool
    discoverable: bool
    indexable: bool
    icon_url: str | None
    image_url: str | None
    icon_alt: str
    image_alt: str
    fields: tuple[tuple[str, str], ...]
    published_at: int | None
    also_known_as: tuple[str, ...]
    moved_to: str | None
    webfinger: str | None
    can_co_author: tuple[str, ...] | None
    implements: tuple[str, ...]
    attribution_domains: tuple[str, ...]
    """Servers that may name them as the author of a page."""
    raw: Doc


def parse_actor(document: Doc) -> ActorView:
    """The actor in a document that was fetched from its ``id`` or came with its signature.

    Raises DocumentError without an http(s) ``id``, an inbox of the same origin, or a user name;
    if its type is no actor's and it lacks inbox or outbox (FEP-2277); and if it has public keys of
    which none is its own. Other URLs of its that lie on a foreign origin are left out: they would
    let one server speak for another's collections and inboxes.
    """
    actor_id = as_id(document.get("id"))
    if actor_id is None or origin(actor_id) is None:
        raise DocumentError("an actor without an http(s) id")
    inbox = _own(document.get("inbox"), actor_id)
    if inbox is None:
        raise DocumentError("an actor without an inbox of its own origin")
    outbox = _own(document.get("outbox"), actor_id)
    endpoints = document.get("endpoints")
    moved_to = as_id(document.get("movedTo"))
    page = page_url(document.get("url"))
    webfinger = _webfinger(document.get("webfinger"))
    return ActorView(
        id=actor_id,
        kind=_kind(document, outbox),
        username=_username(document, actor_id, webfinger),
        name=cut(natural(document, "name"), PERSON),
        summary=cut_source(natural(document, "summary"), PROFILE),
        url=page if page is not None and same_origin(page, actor_id) else actor_id,
        inbox=inbox,
        shared_inbox=(
            _own(endpoints.get("sharedInbox"), actor_id) if isinstance(endpoints, Mapping) else None
        ),
        outbox=outbox,
        followers=_own(document.get("followers"), actor_id),
        following=_own(document.get("following"), actor_id),
        featured=_own(document.get("featured"), actor_id),
        keys=_keys(document, actor_id),
        manually_approves=document.get("manuallyApprovesFollowers") is True,
        discoverable=document.get("discoverable") is True,
        indexable=document.get("indexable") is True,
        attribution_domains=_domains(document.get("attributionDomains")),
        icon_url=image_url(document.get("icon")),
        image_url=image_url(document.get("image")),
        icon_alt=cut(image_alt(document.get("icon")), PICTURE_ALT),
        image_alt=cut(image_alt(document.get("image")), PICTURE_ALT),
        fields=_fields(document),
        published_at=parse_time(document.get("published")),
        also_known_as=ids(document.get("alsoKnownAs"))[:MAX_ALIASES],
        moved_to=moved_to if origin(moved_to) is not None else None,
        webfinger=webfinger,
        can_co_author=_can_co_author(document),
        implements=_implements(document),
        raw=document,
    )


def _own(value: Any, actor_id: str) -> str | None:
    found = as_id(value)
    return found if same_origin(found, actor_id) else None


def _kind(document: Doc, outbox: str | None) -> str:
    names = types(document)
    known = next((name for name in names if name in ACTOR_TYPES), None)
    if known is not None:
        return known
    if not names or outbox is None:
        raise DocumentError("not an actor")
    return names[0][:64]


def _username(document: Doc, actor_id: str, webfinger: str | None) -> str:
    name = text(document.get("preferredUsername"))
    if not name and webfinger is not None:
        return parse_handle(webfinger).username
    if not name and "Application" in types(document):
        # Lemmy's instance actor has none; Mastodon's is named after its host.
        name = (host_of(actor_id) or "").partition(":")[0].strip("[]")
    if not is_username(name):
        raise DocumentError("an actor without a usable preferredUsername")
    return name


def _webfinger(value: Any) -> str | None:
    try:
        return parse_handle(value).acct if isinstance(value, str) else None
    except DocumentError:
        return None


def _keys(document: Doc, actor_id: str) -> tuple[PublicKeyView, ...]:
    claimed = [
        *((entry, _pem_key) for entry in as_list(document.get("publicKey"))),
        *((entry, _multikey) for entry in as_list(document.get("assertionMethod"))),
    ]
    keys: dict[str, PublicKeyView] = {}
    for entry, read in claimed[: 2 * MAX_KEYS]:
        key = read(entry, actor_id) if isinstance(entry, Mapping) else None
        if key is not None:
            keys.setdefault(key.id, key)
    if not keys and any(isinstance(entry, Mapping) for entry, _ in claimed):
        raise DocumentError("an actor none of whose public keys is its own")
    return tuple(keys.values())[:MAX_KEYS]


def _pem_key(entry: Doc, actor_id: str) -> PublicKeyView | None:
    key_id = _own(entry.get("id"), actor_id)
    # A missing owner is the actor that embeds the key; another one would lend its key.
    owner = as_id(entry.get("owner", actor_id))
    pem = text(entry.get("publicKeyPem")).strip()
    if key_id is None or owner != actor_id:
        return None
    if not pem.startswith("-----BEGIN ") or len(pem) > _MAX_PEM:
        return None
    return PublicKeyView(key_id, actor_id, "rsa", pem)


def _multikey(entry: Doc, actor_id: str) -> PublicKeyView | None:
    key_id = _own(entry.get("id"), actor_id)
    multikey = text(entry.get("publicKeyMultibase"))
    if key_id is None or "Multikey" not in types(entry) or len(multikey) > _MAX_PEM:
        return None
    if as_id(entry.get("controller")) != actor_id:
        return None
    # FEP-521a: the prefixes of ed25519-pub and rsa-pub in base58btc. Other kinds are not ours.
    if multikey.startswith("z6Mk"):
        return PublicKeyView(key_id, actor_id, "ed25519", multikey)
    if multikey.startswith("z4MX"):
        return PublicKeyView(key_id, actor_id, "rsa", multikey)
    return None


def _domains(value: Any) -> tuple[str, ...]:
    found = [entry.strip().lower() for entry in as_list(value) if isinstance(entry, str)]
    return tuple(entry for entry in found if 0 < len(entry) <= 253)[:MAX_DOMAINS]


def _fields(document: Doc) -> tuple[tuple[str, str], ...]:
    fields = []
    for entry in as_list(document.get("attachment")):
        if isinstance(entry, Mapping) and any(
            name.endswith("PropertyValue") for name in types(entry)
        ):
            value = entry.get("value", entry.get("http://schema.org#value"))
            name = cut(natural(entry, "name"), FIELD_NAME)
            fields.append((name, cut_source(text(value), FIELD_VALUE)))
    return tuple(field for field in fields if field[0])[:MAX_FIELDS]


def _can_co_author(document: Doc) -> tuple[str, ...] | None:
    policy = document.get("interactionPolicy")
    rule = policy.get("canCoAuthor") if isinstance(policy, Mapping) else None
    if not isinstance(rule, Mapping):
        return None
    approved = ids(rule.get("manualApproval")) + ids(rule.get("automaticApproval"))
    return tuple(dict.fromkeys(approved))[:MAX_APPROVALS]


def _implements(document: Doc) -> tuple[str, ...]:
    generator = document.get("generator")
    by_generator = generator.get("implements") if isinstance(generator, Mapping) else None
    found = ids(document.get("implements")) + ids(by_generator)
    return tuple(dict.fromkeys(found))[:MAX_APPROVALS]
