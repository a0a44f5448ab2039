"""NodeInfo 2.0 and 2.1 (FEP-0151): what a server says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from activitypub.documents.links import web_url
from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_list, same_origin, text
from activitypub.vocab.terms import ACTIVITY_JSON, AS2, Doc

SCHEMA: Final = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS: Final = ("2.1", "2.0")
_MAX_LINKS: Final = 50


def nodeinfo_type(version: str) -> str:
    """The ``Content-Type`` of a NodeInfo document, profile included."""
    return f'application/json; profile="{SCHEMA}{version}#"; charset=utf-8'


@dataclass(frozen=True, slots=True)
class Instance:
    """What we publish about ourselves. A number that is None is left out: none beats a wrong one.

    ``users_month`` and ``users_halfyear`` are accounts active in the last 30 and 180 days.
    ``software`` is lower-case ASCII letters, digits and hyphens.
    """

    software: str
    version: str
    open_registrations: bool
    repository: str | None = None
    homepage: str | None = None
    users_total: int | None = None
    users_month: int | None = None
    users_halfyear: int | None = None
    local_posts: int | None = None
    local_comments: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What another server says about itself: for statistics, not for capabilities (FEP-0151)."""

    software: str
    version: str
    protocols: tuple[str, ...]
    open_registrations: bool
    metadata: Doc


def build_nodeinfo_links(base_url: str, *, application: str | None = None) -> dict[str, Any]:
    """``/.well-known/nodeinfo``; documents lie at ``BASE/nodeinfo/2.x``.

    ``application`` is the id of the application actor (FEP-2677).
    """
    links = [
        {"rel": f"{SCHEMA}{version}", "href": f"{base_url}/nodeinfo/{version}"}
        for version in VERSIONS
    ]
    if application is not None:
        links.append({"rel": f"{AS2}#Application", "type": ACTIVITY_JSON, "href": application})
    return {"links": links}


def build_nodeinfo(instance: Instance, version: Literal["2.0", "2.1"]) -> dict[str, Any]:
    """A document that validates against the schema of ``version``; 2.0 has no addresses."""
    software = {"name": instance.software, "version": instance.version}
    if version == "2.1":
        addresses = {"repository": instance.repository, "homepage": instance.homepage}
        software |= {member: address for member, address in addresses.items() if address}
    users = {
        "total": instance.users_total,
        "activeMonth": instance.users_month,
        "activeHalfyear": instance.users_halfyear,
    }
    usage: dict[str, Any] = {"users": _counted(users)}
    posts = {"localPosts": instance.local_posts, "localComments": instance.local_comments}
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": instance.open_registrations,
        "usage": usage | _counted(posts),
        "metadata": dict(instance.metadata),
    }


def _counted(numbers: Mapping[str, int | None]) -> dict[str, int]:
    return {member: number for member, number in numbers.items() if number is not None}


def parse_nodeinfo_links(document: Doc, well_known_url: str) -> str:
    """The address of the newest NodeInfo document that the list names; DocumentError without.

    It must lie on the origin that lists it: the list must not send us elsewhere.
    """
    found: dict[str, str] = {}
    for link in as_list(document.get("links"))[:_MAX_LINKS]:
        if isinstance(link, Mapping):
            href, relation = web_url(link.get("href")), text(link.get("rel"))
            if href is not None and same_origin(href, well_known_url):
                found.setdefault(relation.removeprefix(SCHEMA), href)
    for version in (*VERSIONS, "2.2", "1.1", "1.0"):
        if version in found:
            return found[version]
    raise DocumentError("no NodeInfo document of this origin is listed")


def parse_nodeinfo(document: Doc) -> NodeInfo:
    """A NodeInfo document of any version; DocumentError if it names no software."""
    software = document.get("software")
    name = text(software.get("name")) if isinstance(software, Mapping) else ""
    if not isinstance(software, Mapping) or not name:
        raise DocumentError("a NodeInfo document that names no software")
    protocols = document.get("protocols")
    if isinstance(protocols, Mapping):
        # Version 1.0 and 1.1 told inbound from outbound.
        protocols = [*as_list(protocols.get("inbound")), *as_list(protocols.get("outbound"))]
    names = [text(entry)[:64] for entry in as_list(protocols)[:_MAX_LINKS]]
    metadata = document.get("metadata")
    return NodeInfo(
        software=name.lower()[:64],
        version=text(software.get("version"))[:128],
        protocols=tuple(dict.fromkeys(entry for entry in names if entry)),
        open_registrations=document.get("openRegistrations") is True,
        metadata=metadata if isinstance(metadata, Mapping) else {},
    )
