"""Publishing what everybody consented to, and watching over it (FEP-af48, Publication)."""

from __future__ import annotations

from typing import Any

from activitypub.coauthorship.authors import listed_stamps, read_author_list
from activitypub.coauthorship.offers import CLOCK_DIFFERENCE
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


def version_at(document: Doc, received_at: int | None = None) -> int | None:
    """When this version was made, in ms: ``updated``, or else ``published``.

    With ``received_at`` a date further ahead than clocks differ counts as that: "9999" must not
    make every later version an older one.
    """
    updated_at = parse_time(document.get("updated"))
    made_at = updated_at if updated_at is not None else parse_time(document.get("published"))
    return made_at if made_at is None or received_at is None else at_most(made_at, received_at)


def at_most(made_at: int, received_at: int) -> int:
    """A date as it is believed: nothing was made after it was received, but for the clocks."""
    return made_at if made_at <= received_at + CLOCK_DIFFERENCE else received_at


def is_older_version(document: Doc, held: Doc, *, now: int, held_since: int) -> bool:
    """Whether ``document``, received now, must be ignored because ``held`` is newer.

    ``held_since``: when that was received. A version without any date is older than one that has
    a date.
    """
    return (version_at(document, now) or 0) < (version_at(held, held_since) or 0)
