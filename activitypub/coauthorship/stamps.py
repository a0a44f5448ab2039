"""Stamps: a co-author's revocable consent to one version of one object (FEP-af48, Stamp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.authors import MAX_CO_AUTHORS
from activitypub.coauthorship.projection import is_sha256_multibase
from activitypub.coauthorship.roles import read_roles, written_roles
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import format_time, origin, parse_time, same_origin, types
from activitypub.vocab.terms import (
    AS2,
    COAUTHORSHIP_TERMS,
    DATA_INTEGRITY_V2,
    PROFILE_1,
    ROLE_TERMS,
    Doc,
    is_activitypub_type,
)

STAMP_TYPE: Final = "CoAuthorAuthorization"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp says. ``authors`` is the list its issuer agreed to appear in, in order.

    ``roles`` is aligned with it, or empty where the stamp has none that can be read.
    """

    id: str
    issuer: str
    object_id: str
    authors: tuple[str, ...]
    digest: str
    published_at: int
    roles: tuple[str, ...] = ()


def stamp_context() -> list[Any]:
    """The ``@context`` of a stamp, and of a ``Delete`` of one: both carry a proof."""
    return [AS2, DATA_INTEGRITY_V2, dict(COAUTHORSHIP_TERMS)]


def build_stamp(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    issuer: str,
    object_id: str,
    authors: Sequence[str],
    digest: str,
    published_at: int,
    roles: Sequence[str] = (),
) -> dict[str, Any]:
    """A stamp without its proof. ``id`` must hold 128 unpredictable bits."""
    written = written_roles(roles)
    context = stamp_context()
    if written is not None:
        context[2] |= ROLE_TERMS
    document = {
        "@context": context,
        "id": id,
        "type": STAMP_TYPE,
        "attributedTo": issuer,
        "interactionTarget": issuer,
        "interactingObject": object_id,
        "consentedAuthors": list(authors),
        "consentProfile": PROFILE_1,
        "consentDigest": digest,
        "published": format_time(published_at),
    }
    return document if written is None else document | {"consentedRoles": written}


def parse_stamp(document: Doc) -> Stamp | Refused:
    """The stamp in ``document``. Refused when a property is missing, doubled or malformed."""
    if STAMP_TYPE not in types(document):
        return Refused("not_a_stamp", f"not a {STAMP_TYPE}")
    stamp_id = document.get("id")
    if origin(stamp_id) is None:
        return Refused("bad_stamp", "the stamp has no id")
    issuer = _only(document.get("attributedTo"))
    object_id = _only(document.get("interactingObject"))
    if issuer is None or object_id is None:
        return Refused("bad_stamp", "the stamp does not name exactly one issuer and one object")
    if _only(document.get("interactionTarget")) != issuer:
        return Refused("other_target", "the stamp is about somebody else than its issuer")
    authors = document.get("consentedAuthors")
    if (
        not isinstance(authors, list)
        or not 1 < len(authors) <= MAX_CO_AUTHORS + 1
        or not all(isinstance(author, str) for author in authors)
        or len(set(authors)) != len(authors)
    ):
        return Refused("bad_stamp", "the stamp names no usable author list")
    if _only(document.get("consentProfile")) != PROFILE_1:
        return Refused("unknown_profile", "the stamp's digest was computed in an unknown way")
    digest = _only(document.get("consentDigest"))
    if digest is None or not is_sha256_multibase(digest):
        return Refused("bad_digest", "the stamp's digest is not base58btc of sha2-256")
    published_at = parse_time(_only(document.get("published")))
    if published_at is None:
        return Refused("bad_stamp", "the stamp has no date")
    # Roles decide about words beside a name, never about whether the name is shown.
    roles = read_roles(document.get("consentedRoles"), len(authors)) or ()
    return Stamp(str(stamp_id), issuer, object_id, tuple(authors), digest, published_at, roles)


def read_fetched_stamp(fetched: Fetched, stamp_uri: str) -> Stamp | Refused:
    """The stamp that a successful GET of ``stamp_uri`` brought (FEP-af48, Verification, 2.1)."""
    document = read_fetched(fetched, stamp_uri)
    if isinstance(document, Refused):
        return document
    stamp = parse_stamp(document)
    if isinstance(stamp, Stamp) and stamp.id != stamp_uri:
        return Refused("other_id", "the stamp has another id than its address")
    return stamp


def read_fetched(fetched: Fetched, stamp_uri: str) -> Doc | Refused:
    """The document that a successful GET of ``stamp_uri`` brought, from its own origin."""
    if fetched.url != stamp_uri or not fetched.same_origin or not _stayed(fetched):
        return Refused("redirected", "the stamp was found on another server")
    if fetched.status != 200:
        return Refused("bad_answer", f"the stamp's server answered {fetched.status}")
    if not is_activitypub_type(fetched.media_type):
        return Refused("bad_media_type", "the stamp is not served as an ActivityPub document")
    if fetched.document is None:
        return Refused("not_json", "the stamp is not a JSON object")
    return fetched.document


def _stayed(fetched: Fetched) -> bool:
    return same_origin(fetched.url, fetched.final_url or fetched.url)


def _only(value: Any) -> str | None:
    """The single string in ``value``; an embedded object is not an identifier."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return value if isinstance(value, str) else None
