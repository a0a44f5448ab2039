"""WebFinger (RFC 7033) as "ActivityPub and WebFinger" (SWICG report) uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from activitypub.discovery.handles import Handle, parse_handle
from activitypub.documents.links import web_url
from activitypub.errors import DocumentError
from activitypub.verdicts import Known, Need, Refused
from activitypub.vocab.reading import as_list, host_of, text
from activitypub.vocab.terms import ACTIVITY_JSON, AS2, Doc, is_activitypub_type

JRD_JSON: Final = "application/jrd+json"
PROFILE_PAGE: Final = "http://webfinger.net/rel/profile-page"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
MOST_LINKS: Final = 100


@dataclass(frozen=True, slots=True)
class Jrd:
    """What a WebFinger answer says; nothing of it is confirmed.

    ``subject`` is None if it is missing or no ``acct:`` URI.
    """

    subject: Handle | None
    actor_id: str
    profile_page: str | None


@dataclass(frozen=True, slots=True)
class Discovered:
    """A handle that its own host confirms, and the actor it names."""

    handle: Handle
    actor_id: str
    profile_page: str | None


def webfinger_url(handle: Handle, scheme: str = "https") -> str:
    """Where to ask for ``handle``; ``http`` only in development."""
    resource = quote(handle.resource, safe="")
    return f"{scheme}://{handle.host}/.well-known/webfinger?resource={resource}"


def build_jrd(
    handle: Handle,
    actor_id: str,
    profile_page: str | None = None,
    *,
    avatar: tuple[str, str] | None = None,
    templates: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The answer for an actor of ours; ``avatar`` is (URL, media type).

    ``templates``: where its owner begins to do something about what stands elsewhere, by ``rel``
    (``discovery.intents``).
    """
    links: list[dict[str, str]] = [{"rel": "self", "type": ACTIVITY_JSON, "href": actor_id}]
    aliases = [actor_id]
    if profile_page is not None:
        links.insert(0, {"rel": PROFILE_PAGE, "type": "text/html", "href": profile_page})
        aliases.insert(0, profile_page)
    if avatar is not None:
        url, media_type = avatar
        links.append({"rel": "http://webfinger.net/rel/avatar", "type": media_type, "href": url})
    for relation, template in (templates or {}).items():
        links.append({"rel": relation, "template": template})
    return {"subject": handle.resource, "aliases": aliases, "links": links}


def build_server_jrd(base_url: str, actor_id: str) -> dict[str, Any]:
    """The answer for the server's own address: its application actor (FEP-d556)."""
    link = {"rel": f"{AS2}#Service", "type": ACTIVITY_JSON, "href": actor_id}
    return {"subject": base_url, "links": [link]}


def parse_jrd(document: Doc) -> Jrd:
    """A JRD with a ``self`` link to an actor; DocumentError without one.

    Only links whose type is ``application/activity+json``, or JSON-LD with the ActivityStreams
    profile, name an actor: other protocols use ``self`` as well.
    """
    actor_id = profile_page = None
    for link in as_list(document.get("links"))[:MOST_LINKS]:
        if not isinstance(link, Mapping):
            continue
        href, relation = web_url(link.get("href")), link.get("rel")
        media_type = text(link.get("type"))
        if relation == "self" and actor_id is None and is_activitypub_type(media_type):
            actor_id = href
        elif relation == PROFILE_PAGE and profile_page is None:
            profile_page = href
    if actor_id is None:
        raise DocumentError("no ActivityPub actor in a WebFinger answer")
    subject = text(document.get("subject"))
    try:
        handle = parse_handle(subject) if subject.lower().startswith("acct:") else None
    except DocumentError:
        handle = None
    return Jrd(handle, actor_id, profile_page)


def discover(
    handle: Handle, known: Known, *, own_host: str, scheme: str = "https"
) -> Discovered | Need | Refused:
    """The actor of a remote handle, confirmed by the host of the handle it goes by.

    If the answer's ``subject`` is another handle (a split domain), that handle's host is asked
    too and must name itself and the same actor; there is no third question. Handles and actors of
    ``own_host`` are refused: nobody else says who our people are (a spoof seen in
    Akkoma 2024.04.1).
    """
    first = _ask(handle, known, own_host, scheme)
    if not isinstance(first, Jrd):
        return first
    if first.subject is None or first.subject.same_as(handle):
        return Discovered(first.subject or handle, first.actor_id, first.profile_page)
    second = _ask(first.subject, known, own_host, scheme)
    if not isinstance(second, Jrd):
        return second
    if second.subject is None or not second.subject.same_as(first.subject):
        return Refused("unstable_subject", "the handle leads to ever other handles")
    if second.actor_id != first.actor_id:
        return Refused("other_actor", "the two hosts of the handle name different actors")
    return Discovered(second.subject, second.actor_id, second.profile_page)


def _ask(handle: Handle, known: Known, own_host: str, scheme: str) -> Jrd | Need | Refused:
    if handle.host == own_host:
        return Refused("own_host", "a handle of this server is not looked up elsewhere")
    url = webfinger_url(handle, scheme)
    answer = known.get(url)
    if answer is None:
        return Need((url,))
    if answer.status in {404, 410}:
        return Refused("gone", "nobody has this handle")
    if answer.status != 200 or answer.document is None:
        return Refused("not_fetched", "the host of the handle did not answer")
    try:
        jrd = parse_jrd(answer.document)
    except DocumentError as error:
        return Refused("bad_document", error.safe)
    if host_of(jrd.actor_id) == own_host:
        return Refused("own_host", "another host claims an actor of this server")
    return jrd


def claimed_handles(actor_id: str, username: str, webfinger: str | None) -> Sequence[Handle]:
    """The handles to look up for an actor found by its ``id``, the best first (FEP-2c59).

    One of them must ``discover`` the very same ``actor_id`` before it is shown.
    """
    claims = [webfinger] if webfinger is not None else []
    host = host_of(actor_id)
    if host is not None:
        claims.append(f"{username}@{host}")
    found: list[Handle] = []
    for claim in claims:
        try:
            handle = parse_handle(claim)
        except DocumentError:
            continue
        if not any(handle.same_as(other) for other in found):
            found.append(handle)
    return found
