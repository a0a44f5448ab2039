"""What is said about an invitation: accepted, declined, withdrawn (FEP-af48, Invitation).

Whether an invitation is still open, that is neither answered nor withdrawn nor replaced, only
storage knows: it is an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.envelope import check_envelope, object_id
from activitypub.coauthorship.offers import Invitation
from activitypub.coauthorship.stamps import Stamp, read_fetched_stamp
from activitypub.coauthorship.verification import mismatch
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import same_origin, text, types
from activitypub.vocab.terms import AS2, COAUTHORSHIP_TERMS, Doc

FRESH: Final = 5 * 60 * 1000
"""How old a fetched stamp may be, in ms, when its object is published."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An ``Accept`` that keeps the rules. Nothing is consented to before its stamp is checked."""

    offer_id: str
    actor: str
    stamp_uri: str


@dataclass(frozen=True, slots=True)
class Declined:
    """A ``Reject``. ``reason`` is whatever the sender wrote: untrusted HTML, often empty."""

    offer_id: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An ``Undo`` of an ``Offer`` by ``actor``; counts only against an Offer of this actor."""

    offer_id: str
    actor: str


def build_accept(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    offer: Invitation,
    stamp_uri: str,
) -> dict[str, Any]:
    """The ``Accept`` of ``offer`` by its target. The stamp must already be readable."""
    return {
        "@context": [AS2, dict(COAUTHORSHIP_TERMS)],
        "id": id,
        "type": "Accept",
        "actor": offer.target,
        "to": [offer.actor],
        "object": _offer_reference(offer),
        "result": stamp_uri,
    }


def check_accept(
    document: Doc, offer: Invitation, *, signer: str, now: int, is_open: bool
) -> Accepted | Refused:
    """Whether this ``Accept`` is the first timely answer of the invited actor to our ``offer``.

    A refusal as ``late`` should be answered with the ``Undo`` of the Offer.
    """
    refused = _check_answer(document, "Accept", offer, signer, is_open=is_open)
    if refused is not None:
        return refused
    if now > offer.expires_at:
        return Refused("late", "the invitation has expired")
    stamp_uri = document.get("result")
    if not isinstance(stamp_uri, str) or not same_origin(stamp_uri, offer.target):
        return Refused("bad_result", "the answer names no stamp on its sender's server")
    return Accepted(offer.id, offer.target, stamp_uri)


def check_stamp_for_offer(
    fetched: Fetched,
    offer: Invitation,
    *,
    stamp_uri: str,
    now: int,
    deleted_stamps: Collection[tuple[str, str]] = frozenset(),
) -> Stamp | Refused:
    """The stamp behind an ``Accept``, checked against our own copy of the ``Offer``.

    ``fetched`` is the answer to a GET of ``stamp_uri`` not more than five minutes ago;
    ``deleted_stamps`` holds (stamp id, actor who deleted it).
    """
    if now - fetched.fetched_at > FRESH:
        return Refused("not_fresh", "the stamp was fetched too long ago")
    if (stamp_uri, offer.target) in deleted_stamps:
        return Refused("deleted", "the stamp was deleted")
    stamp = read_fetched_stamp(fetched, stamp_uri)
    if isinstance(stamp, Refused):
        return stamp
    reason = mismatch(stamp, offer.target, offer.object, offer.authors)
    if reason is not None:
        return Refused(reason, "the stamp is for something else")
    if stamp.authors != offer.authors:
        return Refused("other_authors", "the stamp names other authors, or in another order")
    if stamp.digest != offer.digest:
        return Refused("other_digest", "the stamp is for another version")
    # Without roles it is plain consent, by software that does not know them.
    if stamp.roles and stamp.roles != offer.roles:
        return Refused("other_roles", "the stamp names other roles")
    return stamp


def build_reject(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    offer: Invitation,
    reason: str = "",
) -> dict[str, Any]:
    """The ``Reject`` of ``offer`` by its target; ``reason`` is HTML and may be empty."""
    document: dict[str, Any] = {
        "@context": AS2,
        "id": id,
        "type": "Reject",
        "actor": offer.target,
        "to": [offer.actor],
        "object": offer.id,
    }
    return {**document, "content": reason} if reason else document


def check_reject(
    document: Doc, offer: Invitation, *, signer: str, is_open: bool
) -> Declined | Refused:
    """Whether this ``Reject`` is the first answer of the invited actor to our ``offer``."""
    refused = _check_answer(document, "Reject", offer, signer, is_open=is_open)
    if refused is not None:
        return refused
    return Declined(offer.id, offer.target, text(document.get("content")))


def build_undo_offer(offer: Invitation) -> dict[str, Any]:
    """The primary author's withdrawal of ``offer``, answered or not."""
    return {
        "@context": AS2,
        "id": f"{offer.id}#undo",
        "type": "Undo",
        "actor": offer.actor,
        "to": [offer.target],
        "object": _offer_reference(offer),
    }


def check_undo_offer(document: Doc, *, signer: str) -> Withdrawn | Refused:
    """Which ``Offer`` the sender takes back. It may come before the Offer itself.

    An id alone does not say what is undone; then the caller looks for an Offer of that id.
    """
    refused = check_envelope(document, "Undo", signer)
    if refused is not None:
        return refused
    undone = document.get("object")
    offer_id = object_id(undone)
    if isinstance(undone, Mapping) and types(undone) != ("Offer",):
        return Refused("not_an_offer", "what is undone is no invitation")
    if offer_id is None or not same_origin(offer_id, signer):
        return Refused("other_offer", "the invitation is not the sender's")
    return Withdrawn(offer_id, signer)


def _check_answer(
    document: Doc, kind: str, offer: Invitation, signer: str, *, is_open: bool
) -> Refused | None:
    refused = check_envelope(document, kind, signer)
    if refused is not None:
        return refused
    if signer != offer.target:
        return Refused("stranger", "the answer is not the invited actor's")
    if object_id(document.get("object")) != offer.id:
        return Refused("other_offer", "the answer is to another invitation")
    if not is_open:
        return Refused("not_open", "the invitation was answered, withdrawn or replaced before")
    return None


def _offer_reference(offer: Invitation) -> dict[str, Any]:
    return {
        "type": "Offer",
        "id": offer.id,
        "actor": offer.actor,
        "target": offer.target,
        "object": offer.object_id,
    }
