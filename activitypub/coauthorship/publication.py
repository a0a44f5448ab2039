"""Publishing what everybody consented to, and watching over it (FEP-af48, Publication)."""

from __future__ import annotations

from typing import Any

from activitypub.coauthorship.authors import listed_stamps, read_author_list
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.stamps import Stamp
from activitypub.coauthorship.verification import mismatch
from activitypub.verdicts import Refused
from activitypub.vocab.reading import format_time, parse_time
from activitypub.vocab.terms import AS2, PUBLIC, Doc


def build_announce(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    actor: str,
    followers: str,
    primary: str,
    object_id: str,
    visibility: str,
    published_at: int,
) -> dict[str, Any]:
    """A co-author's ``Announce`` of a published object, with the object's own ``visibility``.

    ``visibility`` is ``"public"`` or ``"unlisted"``; anything else raises ``ValueError``.
    """
    if visibility not in ("public", "unlisted"):
        raise ValueError("only public and unlisted objects are announced")
    public = visibility == "public"
    return {
        "@context": AS2,
        "id": id,
        "type": "Announce",
        "actor": actor,
        "to": [PUBLIC if public else followers],
        "cc": [followers if public else PUBLIC, primary],
        "published": format_time(published_at),
        "object": object_id,
    }


def check_published(
    document: Doc, stamp: Stamp, *, inherited_context: Any = None
) -> Refused | None:
    """Whether a published object is what the issuer of ``stamp`` agreed to, and says so.

    For the issuer's own server, on the newest version as fetched from its ``id``. When it is
    refused the server must delete the stamp, undo its ``Announce`` and tell its user.
    """
    authors = read_author_list(document)
    if isinstance(authors, Refused):
        return authors
    if stamp.issuer not in authors.co_authors:
        return Refused("not_named", "the object no longer names the co-author")
    if stamp.id not in listed_stamps(document):
        return Refused("not_listed", "the object does not carry the stamp")
    reason = mismatch(stamp, stamp.issuer, document, authors.everyone)
    if reason is not None:
        return Refused(reason, "the object is not what the stamp is for")
    digest = try_consent_digest(document, stamp.authors, inherited_context=inherited_context)
    if digest != stamp.digest:
        return Refused("other_digest", "the object differs from what was agreed to")
    return None


def version_at(document: Doc) -> int | None:
    """When this version was made, in ms: ``updated``, or else ``published``."""
    updated_at = parse_time(document.get("updated"))
    return updated_at if updated_at is not None else parse_time(document.get("published"))


def is_older_version(document: Doc, held: Doc) -> bool:
    """Whether ``document`` must be ignored because ``held`` is newer.

    A version without any date is older than one that has a date.
    """
    return (version_at(document) or 0) < (version_at(held) or 0)
