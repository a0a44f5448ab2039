"""Taking a name off a published object (FEP-af48, Leaving and removal)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activitypub.coauthorship.envelope import check_envelope, object_id
from activitypub.coauthorship.projection import is_plain_mention
from activitypub.coauthorship.publication import version_at
from activitypub.coauthorship.stamps import STAMP_TYPE, stamp_context
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_list, format_time, same_origin, types
from activitypub.vocab.terms import PUBLIC, Doc


@dataclass(frozen=True, slots=True)
class StampDeleted:
    """``actor`` deleted this stamp and proved it. To be remembered, known stamp or not."""

    stamp_uri: str
    actor: str


@dataclass(frozen=True, slots=True)
class FetchAgain:
    """Somebody says that this stamp is gone, without proof: look at the stamp itself."""

    stamp_uri: str


def build_delete_stamp(
    *, stamp_uri: str, actor: str, authors: Sequence[str], followers: str
) -> dict[str, Any]:
    """The ``Delete`` with which a co-author leaves, without the proof that it must carry.

    ``authors`` are those who are told, in the order of the author list; ``actor`` may be among
    them.
    """
    return {
        "@context": stamp_context(),
        "id": f"{stamp_uri}#delete",
        "type": "Delete",
        "actor": actor,
        "to": [PUBLIC],
        "cc": [*(author for author in authors if author != actor), followers],
        "object": {"type": STAMP_TYPE, "id": stamp_uri},
    }


def check_delete_stamp(
    document: Doc, *, proven_by: str | None, known_issuer: str | None = None
) -> StampDeleted | FetchAgain | Refused:
    """What a ``Delete`` of a stamp is worth.

    ``proven_by`` is the actor who controls the verification method of the valid proof that the
    ``Delete`` carries, None where there is none; ``known_issuer`` is the issuer of a stamp we
    know, None for an unknown one. Refused as ``not_a_stamp`` is any other ``Delete``.
    """
    deleted = document.get("object")
    stamp_uri = object_id(deleted)
    is_stamp = isinstance(deleted, Mapping) and STAMP_TYPE in types(deleted)
    if stamp_uri is None or not (is_stamp or known_issuer is not None):
        return Refused("not_a_stamp", f"not the deletion of a {STAMP_TYPE}")
    actor = document.get("actor")
    if not same_origin(stamp_uri, actor):
        return Refused("other_origin", "the stamp is not on the sender's server")
    if proven_by is None or proven_by != actor or known_issuer not in (None, actor):
        return FetchAgain(stamp_uri)
    refused = check_envelope(document, "Delete", proven_by)
    return refused if refused is not None else StampDeleted(stamp_uri, proven_by)


def without_author(core: Doc, *, actor: str, followers: str, now: int) -> dict[str, Any]:
    """``core`` (see ``full_rendition``) after ``actor`` left: no mention, not addressed, newer.

    The digest that the others agreed to stays the same. ``updated`` is later than any before.
    """
    gone = {actor, followers}
    document = dict(core)
    for field in ("to", "cc"):
        if field in document:
            document[field] = [entry for entry in as_list(document[field]) if entry not in gone]
    if "tag" in document:
        document["tag"] = [
            tag for tag in as_list(document["tag"]) if not is_plain_mention(tag, (actor,))
        ]
    last = version_at(core)
    # One second, because readers may cut off the milliseconds.
    document["updated"] = format_time(now if last is None else max(now, last + 1000))
    return document
