"""QuoteAuthorization: the quoted author's revocable consent to one quote (FEP-044f)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.stamps import read_fetched
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import as_id, same_origin, types
from activitypub.vocab.terms import AS2, PUBLIC, QUOTE_STAMP_TERMS, Doc

QUOTE_STAMP: Final = "QuoteAuthorization"


@dataclass(frozen=True, slots=True)
class QuoteStamp:
    """``quoting`` may show ``quoted``; both are identifiers of posts, ``issuer`` is an actor."""

    id: str
    issuer: str
    quoting: str
    quoted: str


def build_quote_stamp(stamp: QuoteStamp) -> dict[str, Any]:
    """A stamp as it is served. Its ``id`` must hold 128 unpredictable bits."""
    return {"@context": [AS2, dict(QUOTE_STAMP_TERMS)], **_members(stamp)}


def build_delete_quote_stamp(stamp: QuoteStamp, cc: list[str]) -> dict[str, Any]:
    """The ``Delete`` that takes consent back, with the stamp embedded as Mastodon does it."""
    return {
        "@context": [AS2, dict(QUOTE_STAMP_TERMS)],
        "id": f"{stamp.id}#delete",
        "type": "Delete",
        "actor": stamp.issuer,
        "to": [PUBLIC],
        "cc": cc,
        "object": _members(stamp),
    }


def _members(stamp: QuoteStamp) -> dict[str, Any]:
    return {
        "id": stamp.id,
        "type": QUOTE_STAMP,
        "attributedTo": stamp.issuer,
        "interactingObject": stamp.quoting,
        "interactionTarget": stamp.quoted,
    }


def may_be_stamp_of(stamp_uri: str, quoted_uri: str) -> bool:
    """Whether a stamp for a post could be at this address: on the post's own origin.

    Asked before anything is fetched, or a post could make us knock at any door it names.
    """
    return same_origin(stamp_uri, quoted_uri)


def check_quote_stamp(
    fetched: Fetched, *, stamp_uri: str, quoting: str, quoted: str, quoted_author: str
) -> QuoteStamp | Refused:
    """The stamp that a GET of ``stamp_uri`` brought, if it allows exactly this quote.

    ``quoted_author`` is who the quoted post belongs to, as fetched from its own origin: the stamp
    is worth nothing from anybody else, whatever it says of itself.
    """
    document = read_fetched(fetched, stamp_uri)
    if isinstance(document, Refused):
        return document
    if QUOTE_STAMP not in types(document):
        return Refused("not_a_stamp", f"not a {QUOTE_STAMP}")
    if document.get("id") != stamp_uri:
        return Refused("other_id", "the stamp has another id than its address")
    issuer, named = _only(document.get("attributedTo")), _only(document.get("interactionTarget"))
    if issuer != quoted_author or not same_origin(stamp_uri, issuer):
        return Refused("other_issuer", "the stamp is not by the author of the quoted post")
    if named != quoted:
        return Refused("other_target", "the stamp is for quoting another post")
    if _only(document.get("interactingObject")) != quoting:
        return Refused("other_object", "the stamp is for another quoting post")
    return QuoteStamp(stamp_uri, quoted_author, quoting, quoted)


def deleted_quote_stamp(document: Doc) -> str | None:
    """The stamp that a ``Delete`` with an embedded stamp says is gone; None for another Delete."""
    deleted = document.get("object")
    if isinstance(deleted, Mapping) and QUOTE_STAMP in types(deleted):
        return as_id(deleted.get("id"))
    return None


def _only(value: Any) -> str | None:
    """The one identifier in ``value``: Mastodon may embed the posts."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return as_id(value) if value is not None else None
