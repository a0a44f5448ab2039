"""What every activity of co-authorship must have around its object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.verdicts import Refused
from activitypub.vocab.reading import same_origin, types
from activitypub.vocab.terms import Doc


def check_envelope(document: Doc, kind: str, signer: str) -> Refused | None:
    """Whether this is a ``kind`` by ``signer``: one type, one actor, an id of the actor's origin.

    ``signer`` is the actor who authenticated the document, by the request's signature or a proof.
    """
    if types(document) != (kind,):
        return Refused("other_type", f"not {kind}")
    actor = document.get("actor")
    # An array of actors is how one of them would speak for the others.
    if not isinstance(actor, str):
        return Refused("bad_actor", "the activity does not name exactly one actor")
    if actor != signer:
        return Refused("other_signer", "the activity was not sent by its actor")
    if not same_origin(document.get("id"), actor):
        return Refused("other_origin", "the activity is not on its actor's server")
    return None


def object_id(value: Any) -> str | None:
    """The id of an object given by id or embedded; nothing else of an embedded copy counts."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) else None
