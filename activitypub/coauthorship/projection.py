"""What a co-author consents to: the consent projection of an object, and its digest.

FEP-af48, Consent digest, Profile 1. Computed from the JSON as received, before sanitising or
storing; whoever computes it from bytes parses them with ``parse_strict_json``, because two
members of one name are two documents in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import base58

from activitypub.coauthorship.meaning import NoDigest, check_one_meaning
from activitypub.coauthorship.notice import remove_notice
from activitypub.errors import DocumentError
from activitypub.proofs.jcs import canonicalise
from activitypub.vocab.reading import parse_strict_json
from activitypub.vocab.terms import PROFILE_1, PUBLIC, PUBLIC_FORMS, Doc

__all__ = [
    "NoDigest",
    "canonical",
    "consent_digest",
    "consent_projection",
    "is_plain_mention",
    "is_sha256_multibase",
    "media_digest",
    "projection_from_text",
    "sha256_multibase",
    "try_consent_digest",
    "visibility",
]

_MULTIHASH_SHA2_256: Final = b"\x12\x20"
_COPIED = (
    "mediaType",
    "name",
    "nameMap",
    "summary",
    "summaryMap",
    "startTime",
    "endTime",
    "duration",
    "location",
)
_STRINGS = ("content", "name", "summary")
_MAPS = ("contentMap", "nameMap", "summaryMap")
_MEDIA_COPIED = (
    "mediaType",
    "name",
    "summary",
    "content",
    "value",
    "sensitive",
    "digestMultibase",
)
_TAG_COPIED = ("name", "href", "id", "rel", "mediaType")
_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")


def consent_projection(
    document: Doc, authors: Sequence[str], *, inherited_context: Any = None
) -> dict[str, Any]:
    """The consent projection of an object for the identifiers ``authors``.

    ``authors`` is the stamp's ``consentedAuthors``, or the author list before there is a stamp.
    ``inherited_context`` is the ``@context`` of the activity the object was embedded in, which
    gives its members their meaning. Raises ``NoDigest``.
    """
    check_one_meaning(document, inherited_context)
    if not isinstance(document.get("id"), str):
        raise NoDigest("the object has no id")
    for name in _STRINGS:
        if not isinstance(document.get(name), str | None):
            raise NoDigest(f"{name} is not a string")
    for name in _MAPS:
        if not _is_text_map(document.get(name)):
            raise NoDigest(f"{name} is not an object of strings")
    visible = visibility(document)
    if visible is None:
        raise NoDigest("the object is neither public nor unlisted")

    content_map = document.get("contentMap") or {}
    content = document.get("content")
    return _without_empty(
        {
            "profile": PROFILE_1,
            "id": document["id"],
            "type": _types(document.get("type")),
            **{name: document.get(name) for name in _COPIED},
            "content": None if content is None else remove_notice(content, authors),
            "contentMap": {
                language: remove_notice(text, authors) for language, text in content_map.items()
            },
            "sensitive": document.get("sensitive") is True,
            "inReplyTo": _at_most_one("inReplyTo", _refs(document.get("inReplyTo"))),
            "quote": _at_most_one(
                "quote",
                sorted({ref for name in _QUOTES for ref in _refs(document.get(name))}),
            ),
            "image": _media(document.get("image")),
            "attachment": _media(document.get("attachment")),
            "tag": _tags(document.get("tag"), authors),
            "oneOf": _option_names(document.get("oneOf")),
            "anyOf": _option_names(document.get("anyOf")),
            "visibility": visible,
            "addressees": _addressees(document, authors),
            "audience": sorted(
                {PUBLIC if ref in PUBLIC_FORMS else ref for ref in _refs(document.get("audience"))}
            ),
        }
    )


def projection_from_text(body: bytes | str, authors: Sequence[str]) -> dict[str, Any]:
    """The projection of an object that is a document of its own, as received. Raises ``NoDigest``.

    Also where ``body`` is not I-JSON: a member name that occurs twice, lone surrogates, numbers
    beyond a double.
    """
    try:
        document = parse_strict_json(body)
    except DocumentError as error:
        raise NoDigest(error.safe, detail=error.detail) from None
    return consent_projection(document, authors)


def canonical(projection: Mapping[str, Any]) -> bytes:
    """The octets that are digested: RFC 8785 (JCS). Raises ``NoDigest`` where there are none."""
    try:
        return canonicalise(dict(projection))
    except DocumentError as error:
        raise NoDigest("the object cannot be canonicalised", detail=error.detail) from None


def consent_digest(document: Doc, authors: Sequence[str], *, inherited_context: Any = None) -> str:
    """The consent digest, ``zQm…``. Arguments and errors as ``consent_projection``."""
    projection = consent_projection(document, authors, inherited_context=inherited_context)
    return sha256_multibase(canonical(projection))


def try_consent_digest(
    document: Doc, authors: Sequence[str], *, inherited_context: Any = None
) -> str | None:
    """As ``consent_digest``, None where there is no digest."""
    try:
        return consent_digest(document, authors, inherited_context=inherited_context)
    except NoDigest:
        return None


def sha256_multibase(octets: bytes) -> str:
    """``multibase(base58btc, multihash(sha2-256, …))``: 47 characters beginning with ``zQm``."""
    return multibase_of(sha256(octets).digest())


def multibase_of(digest: bytes) -> str:
    """The same for a SHA-256 digest."""
    return "z" + base58.b58encode(_MULTIHASH_SHA2_256 + digest).decode("ascii")


def media_digest(octets: bytes) -> str:
    """The ``digestMultibase`` of a file (FEP-1311), in the only form this package writes."""
    return sha256_multibase(octets)


def is_sha256_multibase(value: Any) -> bool:
    """Whether ``value`` has the form of ``sha256_multibase``: no other hash function counts."""
    if not isinstance(value, str) or not value.startswith("zQm") or len(value) != 47:
        return False
    try:
        octets = base58.b58decode(value[1:])
    except ValueError:
        return False
    return len(octets) == 34 and octets.startswith(_MULTIHASH_SHA2_256)


def visibility(document: Doc) -> str | None:
    """``"public"``, ``"unlisted"``, or None for every narrower audience."""
    if not PUBLIC_FORMS.isdisjoint(_refs(document.get("to"))):
        return "public"
    return "unlisted" if not PUBLIC_FORMS.isdisjoint(_refs(document.get("cc"))) else None


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_empty(value: Any) -> bool:
    return (
        value is None
        or value is False
        or (isinstance(value, str | list | Mapping) and len(value) == 0)
    )


def _without_empty(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if not _is_empty(value)}


def _is_text_map(value: Any) -> bool:
    return value is None or (
        isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())
    )


def _refs(value: Any) -> list[str]:
    found: set[str] = set()
    for entry in _list(value):
        if isinstance(entry, str):
            found.add(entry)
        elif isinstance(entry, Mapping):
            ref = entry.get("id")
            if not isinstance(ref, str):
                ref = entry.get("href")
            if isinstance(ref, str):
                found.add(ref)
    return sorted(found)


def _at_most_one(name: str, refs: list[str]) -> list[str]:
    if len(refs) > 1:
        raise NoDigest(f"{name} has several values")
    return refs


def _urls(value: Any) -> list[str]:
    urls = (entry.get("href") if isinstance(entry, Mapping) else entry for entry in _list(value))
    return [url for url in urls if isinstance(url, str)]


def _types(value: Any) -> list[str]:
    return sorted({entry for entry in _list(value) if isinstance(entry, str)})


def _media(value: Any, *, with_icon: bool = True) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entry in _list(value):
        if isinstance(entry, str):
            found.append({"url": [entry]})
        elif isinstance(entry, Mapping):
            found.append(
                _without_empty(
                    {
                        "type": _types(entry.get("type")),
                        **{name: entry.get(name) for name in _MEDIA_COPIED},
                        "icon": _media(entry.get("icon"), with_icon=False) if with_icon else [],
                        "url": _urls(entry.get("url")) + _urls(entry.get("href")),
                    }
                )
            )
    return found


def _tags(value: Any, authors: Sequence[str]) -> list[dict[str, Any]]:
    by_octets: dict[bytes, dict[str, Any]] = {}
    for entry in _list(value):
        if not isinstance(entry, Mapping) or is_plain_mention(entry, authors):
            continue
        tag = _without_empty(
            {
                "type": _types(entry.get("type")),
                **{name: entry.get(name) for name in _TAG_COPIED},
                "icon": _media(entry.get("icon")),
            }
        )
        by_octets[canonical(tag)] = tag
    return [by_octets[octets] for octets in sorted(by_octets)]


def is_plain_mention(tag: Any, authors: Sequence[str]) -> bool:
    """Whether ``tag`` mentions one of ``authors`` and says nothing else.

    Such a tag is not covered by the digest; one member more, and it is.
    """
    if not isinstance(tag, Mapping):
        return False
    members = {name for name, value in tag.items() if value is not None}
    return (
        {"type", "href"} <= members <= {"type", "href", "name"}
        and tag["type"] == "Mention"
        and isinstance(tag["href"], str)
        and tag["href"] in authors
    )


def _option_names(value: Any) -> list[str]:
    names = (entry.get("name") for entry in _list(value) if isinstance(entry, Mapping))
    return [name for name in names if isinstance(name, str)]


def _addressees(document: Doc, authors: Sequence[str]) -> list[str]:
    own = tuple(f"{author}/" for author in authors)
    refs = {*_refs(document.get("to")), *_refs(document.get("cc"))}
    return sorted(
        ref
        for ref in refs
        if ref not in PUBLIC_FORMS and ref not in authors and not ref.startswith(own)
    )
