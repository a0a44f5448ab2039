"""How far a standing instruction reaches: from one version of an object to a later one.

FEP-af48, Offer: it never covers a longer author list, a wider audience, new media, a new quote or
a new reply target. What is no change of the words is left to the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from activitypub.coauthorship.offers import Invitation
from activitypub.coauthorship.projection import NoDigest, consent_projection
from activitypub.coauthorship.roles import AUTHOR
from activitypub.vocab.terms import Doc

_THE_SAME: Final = ("type", "mediaType", "oneOf", "anyOf", "startTime", "endTime")
"""What kind of post it is, and what was asked and by when: not its words."""


def beyond_instruction(
    agreed: Invitation, agreed_context: Any, offered: Invitation, offered_context: Any
) -> str | None:
    """Why a standing instruction does not cover the new version, in a few words, or None.

    ``agreed`` is the version that its target consented to themselves. The contexts are those of
    the Offers, which give the members of the versions their meaning.
    """
    if (agreed.actor, agreed.target, agreed.object_id) != (
        offered.actor,
        offered.target,
        offered.object_id,
    ):
        return "another post"
    if not _only_shorter(agreed.authors, offered.authors):
        return "other authors"
    held, now = _roles(agreed), _roles(offered)
    if any(now[uri] != held[uri] for uri in offered.authors):
        return "other roles"
    try:
        before = _projection(agreed.object, agreed, agreed_context)
        after = _projection(offered.object, offered, offered_context)
    except NoDigest as error:
        return error.safe
    return _beyond(before, after)


def _only_shorter(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether ``after`` is ``before``, perhaps without some, in the same order."""
    kept = iter(before)
    return all(uri in kept for uri in after)


def _roles(version: Invitation) -> dict[str, str]:
    roles = version.roles or (AUTHOR,) * len(version.authors)
    return dict(zip(version.authors, roles, strict=True))


def _projection(document: Doc, version: Invitation, context: Any) -> dict[str, Any]:
    # For the same authors, whose names and followers are no addressees.
    return consent_projection(document, version.authors, inherited_context=context)


def _beyond(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    if after["visibility"] == "public" and before["visibility"] != "public":
        return "a wider audience"
    for name in ("addressees", "audience"):
        if not set(after.get(name, ())) <= set(before.get(name, ())):
            return "a wider audience"
    if not _media(after) <= _media(before):
        return "new media"
    for name, what in (("quote", "a new quote"), ("inReplyTo", "a new reply target")):
        if not set(after.get(name, ())) <= set(before.get(name, ())):
            return what
    if any(after.get(name) != before.get(name) for name in _THE_SAME):
        return "another kind of post"
    return None


def _media(projection: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Every attachment and image, by what it is: its octets, or where there is no digest, all."""
    return {
        (name, str(entry.get("digestMultibase") or sorted(entry.items(), key=str)))
        for name in ("attachment", "image")
        for entry in projection.get(name, ())
    }
