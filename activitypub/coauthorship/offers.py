"""Invitations: one ``Offer`` for each co-author and version (FEP-af48, Offer)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.authors import AuthorList, read_author_list
from activitypub.coauthorship.envelope import check_envelope
from activitypub.coauthorship.notice import remove_notice
from activitypub.coauthorship.projection import NoDigest, consent_digest, visibility
from activitypub.coauthorship.roles import read_roles
from activitypub.documents.looks import Focal, read_blurhash, read_focal_point
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_list, format_time, parse_time, same_origin, types
from activitypub.vocab.terms import Doc, context_for

HOUR: Final = 60 * 60 * 1000
MIN_LIFETIME: Final = HOUR
MAX_LIFETIME: Final = 30 * 24 * HOUR
CLOCK_DIFFERENCE: Final = 5 * 60 * 1000


@dataclass(frozen=True, slots=True)
class OfferedMedia:
    """A media attachment of a draft: where it is, and the digest its octets must have.

    Nobody agrees to ``blurhash`` and ``focal``: they are for showing it meanwhile.
    """

    url: str
    digest: str
    kind: str
    media_type: str
    name: str
    blurhash: str | None = None
    focal: Focal | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An ``Offer`` that keeps the rules, as either side sees it. Times in ms since 1970.

    ``authors`` is the full author list in order, ``roles`` what each of them did, empty where
    everybody is simply an author. ``change`` is True when the object is already published, so that
    the invitation is for a new version of it. ``object`` is the draft.
    """

    id: str
    actor: str
    target: str
    object_id: str
    authors: tuple[str, ...]
    digest: str
    visibility: str
    published_at: int
    expires_at: int
    change: bool
    media: tuple[OfferedMedia, ...]
    object: Doc
    roles: tuple[str, ...] = ()


def build_offer(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    actor: str,
    target: str,
    object: Doc,  # noqa: A002 - the vocabulary's name
    published_at: int,
    expires_at: int,
    publish_at: int | None = None,
) -> dict[str, Any]:
    """The invitation of ``target``. ``object`` is the full rendition, without inline notice.

    ``publish_at``: the draft will not be published before that. Raises ``ValueError`` unless it
    expires between one hour and thirty days later.
    """
    if not MIN_LIFETIME <= expires_at - published_at <= MAX_LIFETIME:
        raise ValueError("an invitation lasts between one hour and thirty days")
    offer: dict[str, Any] = {
        "@context": context_for(object),
        "id": id,
        "type": "Offer",
        "actor": actor,
        "to": [target],
        "target": target,
        "published": format_time(published_at),
        "endTime": format_time(expires_at),
        "object": {name: value for name, value in object.items() if name != "@context"},
    }
    return offer if publish_at is None else {**offer, "startTime": format_time(publish_at)}


def is_invitation(document: Doc) -> bool:
    """Whether an ``Offer`` is about co-authorship at all; others are somebody else's business."""
    offered = document.get("object")
    return isinstance(offered, Mapping) and offered.get("coAuthors") not in (None, [], "", {})


def check_offer(
    document: Doc, *, signer: str, now: int, own_actor: Callable[[str], bool]
) -> Invitation | Refused:
    """The invitation in an ``Offer`` from outside, or why it must be discarded.

    ``signer`` is who authenticated it, ``own_actor`` says who lives here. Policy, blocks, limits
    and what was received before under the same id are the caller's. Refused as
    ``not_an_invitation`` is any other ``Offer``.
    """
    refused = check_envelope(document, "Offer", signer)
    if refused is not None:
        return refused
    invitation = read_offer(document)
    if isinstance(invitation, Refused):
        return invitation
    if not own_actor(invitation.target):
        return Refused("not_ours", "the invited actor does not live here")
    if invitation.published_at > now + CLOCK_DIFFERENCE:
        return Refused("from_the_future", "the invitation is dated in the future")
    if invitation.expires_at <= now - CLOCK_DIFFERENCE:
        return Refused("expired", "the invitation has expired")
    return invitation


def read_offer(document: Doc) -> Invitation | Refused:
    """The invitation in an ``Offer``, ours or theirs: every rule that needs no clock and no name.

    Also how a server reads back the ``Offer`` it sent, to judge the answers to it.
    """
    if not is_invitation(document):
        return Refused("not_an_invitation", "not an invitation to co-author")
    offer_id, actor, target = (document.get(name) for name in ("id", "actor", "target"))
    if not isinstance(offer_id, str) or not isinstance(actor, str) or not isinstance(target, str):
        return Refused("bad_offer", "the invitation does not name one actor and one target")
    if not same_origin(offer_id, actor):
        return Refused("other_origin", "the invitation is not on its sender's server")
    if as_list(document.get("to")) != [target]:
        return Refused("bad_addressing", "the invitation is not addressed to its target alone")
    if any(document.get(name) is not None for name in ("cc", "bto", "bcc", "audience")):
        return Refused("bad_addressing", "the invitation is addressed to others too")
    published_at = parse_time(document.get("published"))
    expires_at = parse_time(document.get("endTime"))
    if published_at is None or expires_at is None:
        return Refused("bad_time", "the invitation has no date or no deadline")
    if not MIN_LIFETIME <= expires_at - published_at <= MAX_LIFETIME:
        return Refused("bad_time", "the invitation lasts less than an hour or over thirty days")

    draft: Doc = document["object"]
    authors = read_author_list(draft)
    if isinstance(authors, Refused):
        return authors
    if authors.primary != actor:
        return Refused("other_primary", "the invitation is not from the primary author")
    if authors.co_authors.count(target) != 1:
        return Refused("other_target", "the invited actor is not among the co-authors")
    refused = _check_draft(draft, authors, published_at)
    if refused is not None:
        return refused
    roles = read_roles(draft.get("authorRoles"), len(authors.everyone))
    if roles is None:
        return Refused("bad_roles", "the draft says in no readable way what its authors did")
    media = read_media(draft)
    if isinstance(media, Refused):
        return media
    try:
        digest = consent_digest(draft, authors.everyone, inherited_context=document.get("@context"))
    except NoDigest as error:
        return Refused(error.code, error.safe)
    return Invitation(
        id=offer_id,
        actor=actor,
        target=target,
        object_id=draft["id"],
        authors=authors.everyone,
        digest=digest,
        visibility=visibility(draft) or "",
        published_at=published_at,
        expires_at=expires_at,
        change=draft.get("published") is not None,
        media=media,
        object=draft,
        roles=roles,
    )


def _check_draft(draft: Doc, authors: AuthorList, offered_at: int) -> Refused | None:
    if not _is_full_rendition(draft.get("attributedTo"), authors):
        return Refused("not_full_rendition", "the draft is not in the full rendition")
    content_map = draft.get("contentMap")
    translations = content_map.values() if isinstance(content_map, Mapping) else ()
    texts = [draft.get("content"), *translations]
    for text in texts:
        if isinstance(text, str) and remove_notice(text, authors.everyone) != text:
            return Refused("inline_notice", "the draft holds an inline notice")
    published = draft.get("published")
    if published is None:
        return None
    published_at, updated_at = parse_time(published), parse_time(draft.get("updated"))
    if published_at is None or published_at > offered_at + CLOCK_DIFFERENCE:
        return Refused("bad_time", "the draft's date is no date in the past")
    if updated_at is None or updated_at < published_at:
        return Refused("bad_time", "the new version has no date after the first one's")
    return None


def _is_full_rendition(attributed: Any, authors: AuthorList) -> bool:
    return (
        isinstance(attributed, list)
        and len(attributed) == len(authors.everyone)
        and all(
            isinstance(entry, Mapping)
            and set(entry) == {"type", "id"}
            and isinstance(entry["type"], str)
            for entry in attributed
        )
    )


def read_media(draft: Doc) -> tuple[OfferedMedia, ...] | Refused:
    """The media attachments of an object, each with exactly one URL and a digest (FEP-1311).

    Everything in ``attachment`` and ``image`` counts as media, except a ``Link`` to something that
    is not said to be a picture, a video or sound.
    """
    found: list[OfferedMedia] = []
    for entry in [*as_list(draft.get("attachment")), *as_list(draft.get("image"))]:
        if isinstance(entry, str):
            return Refused("bad_media", "an attachment has no digest")
        if not isinstance(entry, Mapping) or _is_plain_link(entry):
            continue
        urls = [
            link.get("href") if isinstance(link, Mapping) else link
            for name in ("url", "href")
            for link in as_list(entry.get(name))
        ]
        digest = entry.get("digestMultibase")
        if len(urls) != 1 or not isinstance(urls[0], str):
            return Refused("bad_media", "an attachment has not exactly one URL")
        if not isinstance(digest, str) or not digest:
            return Refused("bad_media", "an attachment has no digest")
        kind, media_type, name = (entry.get(field) for field in ("type", "mediaType", "name"))
        found.append(
            OfferedMedia(
                urls[0],
                digest,
                _text(kind),
                _text(media_type),
                _text(name),
                blurhash=read_blurhash(entry.get("blurhash")),
                focal=read_focal_point(entry.get("focalPoint")),
            )
        )
    return tuple(found)


def _is_plain_link(entry: Mapping[str, Any]) -> bool:
    media_type = entry.get("mediaType")
    return types(entry) == ("Link",) and not (
        isinstance(media_type, str)
        and media_type.lower().startswith(("image/", "video/", "audio/"))
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
