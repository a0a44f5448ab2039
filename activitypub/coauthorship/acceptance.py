"""Whether a user may be asked to consent: can this server show all that the digest covers?

FEP-af48, Offer: consent given to a preview that left something out would be consent to something
unseen. So what may be accepted is an allow-list; a member or a shape that is new to us is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.authors import read_author_list
from activitypub.coauthorship.offers import read_media
from activitypub.coauthorship.projection import NoDigest, consent_projection, is_sha256_multibase
from activitypub.documents import bounds
from activitypub.documents.emoji import MAX_EMOJI, SHORTCODE
from activitypub.html import consent_safe, sanitise
from activitypub.quotes.forms import QUOTE_NAME, QUOTE_RELATION
from activitypub.verdicts import Refused
from activitypub.vocab.reading import origin, parse_time
from activitypub.vocab.terms import LD_JSON, Doc

_ALWAYS: Final = frozenset({"profile", "id", "type", "visibility", "addressees", "mediaType"})


MAX_POLL_OPTIONS: Final = 20
"""Characters of an option."""


@dataclass(frozen=True, slots=True)
class CanShow:
    """What a server's preview and pages show of an object.

    ``members`` are members of the consent projection; ``attachment_types`` and ``tag_types`` are
    single ``type`` values, ``media_types`` those of attachments.
    """

    types: frozenset[str] = frozenset({"Note", "Question"})
    members: frozenset[str] = frozenset(
        {
            "content",
            "contentMap",
            "summary",
            "summaryMap",
            "sensitive",
            "inReplyTo",
            "quote",
            "attachment",
            "tag",
            "oneOf",
            "anyOf",
            "endTime",
        }
    )
    attachment_types: frozenset[str] = frozenset({"Image", "Document"})
    media_types: frozenset[str] = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
    tag_types: frozenset[str] = frozenset({"Mention", "Hashtag", "Emoji"})


CAN_SHOW: Final = CanShow()
"""Posts with pictures, emoji, a poll or a quote. Not: titles, events, other media."""


def acceptance_refusal(
    document: Doc, *, can_show: CanShow = CAN_SHOW, inherited_context: Any = None
) -> str | None:
    """Why no ``Accept`` may be sent for this draft, in words for the person invited, or None.

    ``document`` is the ``object`` of an ``Offer``, ``inherited_context`` the Offer's ``@context``.
    The decision itself, or a standing instruction that names the inviting actor, is the caller's.
    """
    authors = read_author_list(document)
    if isinstance(authors, Refused):
        return authors.reason
    try:
        covered = consent_projection(
            document, authors.everyone, inherited_context=inherited_context
        )
    except NoDigest as error:
        return error.safe
    unknown = sorted(covered.keys() - can_show.members - _ALWAYS)
    if unknown:
        return f"this server cannot show {unknown[0]}"
    if len(covered["type"]) != 1 or covered["type"][0] not in can_show.types:
        return "this server cannot show objects of this type"
    if covered.get("mediaType", "text/html") != "text/html":
        return "this server cannot show content of this type"
    media = read_media(document)
    if isinstance(media, Refused):
        return media.reason
    return (
        _texts_refusal(covered)
        or _poll_refusal(covered)
        or _attachments_refusal(covered.get("attachment", []), can_show)
        or _quote_refusal(covered.get("quote", []))
        or _tags_refusal(covered.get("tag", []), can_show, covered.get("quote", []))
    )


_ROOM_FOR_TITLE: Final = 10_000
_LONGEST: Final = {
    "content": bounds.CONTENT - _ROOM_FOR_TITLE,
    "summary": bounds.WARNING,
    "name": bounds.TITLE,
}


def _texts_refusal(covered: Mapping[str, Any]) -> str | None:
    for name in ("content", "summary", "name"):
        text = covered.get(name, "")
        translations = covered.get(f"{name}Map", {})
        if len(translations) > 1 or any(other != text for other in translations.values()):
            return f"{name} says different things in different languages"
        if not consent_safe(text):
            return f"this server would change {name} before it shows it"
        if len(sanitise(text)) > _LONGEST[name]:
            return f"{name} is too long for this server to show it whole"
    return None


def _poll_refusal(covered: Mapping[str, Any]) -> str | None:
    single, several = covered.get("oneOf", []), covered.get("anyOf", [])
    if covered["type"] != ["Question"]:
        # On a Note nobody would see them.
        shown = not (single or several or "endTime" in covered)
        return None if shown else "this server cannot show the poll"
    options = single or several
    if bool(single) == bool(several) or not 2 <= len(options) <= MAX_POLL_OPTIONS:
        return "this server cannot show the poll"
    if len(set(options)) != len(options) or not all(
        option.strip() and len(option) <= bounds.OPTION for option in options
    ):
        return "this server cannot show the poll"
    if parse_time(covered.get("endTime")) is None:
        return "the poll does not say when it ends"
    return None


def _attachments_refusal(attachments: list[dict[str, Any]], can_show: CanShow) -> str | None:
    for entry in attachments:
        kinds = entry.get("type", [])
        if (
            len(kinds) != 1
            or kinds[0] not in can_show.attachment_types
            or not isinstance(entry.get("mediaType"), str)
            or entry["mediaType"] not in can_show.media_types
            or not isinstance(entry.get("name", ""), str)
            or len(entry.get("name", "")) > bounds.ALT
            or len(entry.get("url", [])) != 1
            or origin(entry["url"][0]) is None
            or not entry.keys() <= {"type", "mediaType", "name", "url", "digestMultibase"}
        ):
            return "this server cannot show one of the attachments"
        if not is_sha256_multibase(entry.get("digestMultibase")):
            return "an attachment has no digest that this server can check"
    return None


def _quote_refusal(quoted: list[str]) -> str | None:
    if all(origin(uri) is not None for uri in quoted):
        return None
    return "this server cannot show quote"


def _tags_refusal(tags: list[dict[str, Any]], can_show: CanShow, quoted: list[str]) -> str | None:
    emoji: set[str] = set()
    for tag in tags:
        kinds = tag.get("type", [])
        # The quote once more (FEP-e232). A Link to anything else would be a second quote to some.
        if kinds == ["Link"] and [tag.get("href")] == quoted and _is_quote_link(tag):
            continue
        if len(kinds) != 1 or kinds[0] not in can_show.tag_types:
            return "this server cannot show one of the tags"
        if not isinstance(tag.get("name", ""), str):
            return "this server cannot show one of the tags"
        if kinds[0] == "Emoji":
            if not tag.keys() <= {"type", "name", "id", "icon"} or not _is_one_picture(tag):
                return "this server cannot show one of the emoji"
            if not is_sha256_multibase(tag["icon"][0].get("digestMultibase")):
                return "an emoji has no digest that this server can check"
            shortcode = tag.get("name", "").removeprefix(":").removesuffix(":")
            if SHORTCODE.fullmatch(shortcode) is None or shortcode in emoji:
                # Of two pictures for one name readers would see this one or that.
                return "this server cannot show one of the emoji"
            emoji.add(shortcode)
            if len(emoji) > MAX_EMOJI:
                return "this server does not show so many emoji"
        elif not tag.keys() <= {"type", "name", "href"} or origin(tag.get("href")) is None:
            return "this server cannot show one of the tags"
    return None


def _is_quote_link(tag: Mapping[str, Any]) -> bool:
    name = tag.get("name", "")
    return (
        tag.keys() <= {"type", "mediaType", "href", "rel", "name"}
        and tag.get("rel") == QUOTE_RELATION
        and tag.get("mediaType", LD_JSON) == LD_JSON
        and isinstance(name, str)
        and QUOTE_NAME.fullmatch(name) is not None
    )


def _is_one_picture(emoji: Mapping[str, Any]) -> bool:
    icons = emoji.get("icon", [])
    return (
        len(icons) == 1
        and icons[0].keys() <= {"type", "mediaType", "url", "digestMultibase"}
        and icons[0].get("type", ["Image"]) == ["Image"]
        and len(icons[0].get("url", [])) == 1
        and origin(icons[0]["url"][0]) is not None
    )
