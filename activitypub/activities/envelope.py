"""What all activities have in common, read before anybody decides what to do with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_id, as_list, ids, origin, types
from activitypub.vocab.terms import AS2, PUBLIC, PUBLIC_FORMS, Doc

MAX_ADDRESSEES: Final = 1000


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says they do what. Not authenticated: compare ``actor`` with the signature's owner."""

    id: str
    type: str
    actor: str


@dataclass(frozen=True, slots=True)
class Target:
    """The ``object`` of an activity: its identifier, and its document if it was embedded.

    An embedded document is a claim of the sender's, nothing more.
    """

    id: str
    document: Doc | None


def peek(document: Doc) -> Envelope:
    """The envelope of an activity, of whatever type.

    Raises DocumentError without an http(s) ``id``, without a type, and unless ``actor`` is exactly
    one actor: a string, or an embedded object of which only the ``id`` is taken (Hubzilla and its
    kin embed theirs). A list is refused even with one entry: nobody may speak for several.
    """
    activity_id = as_id(document.get("id"))
    if activity_id is None or origin(activity_id) is None:
        raise DocumentError("an activity without an http(s) id")
    kinds = types(document)
    if not kinds:
        raise DocumentError("an activity without a type")
    actor = as_id(document.get("actor"))
    if actor is None or origin(actor) is None:
        raise DocumentError("an activity needs exactly one actor")
    return Envelope(activity_id, kinds[0], actor)


def expect(document: Doc, kind: str) -> Envelope:
    """The envelope of an activity that must be of type ``kind``."""
    envelope = peek(document)
    if envelope.type != kind:
        raise DocumentError(f"not an activity of type {kind}")
    return envelope


def read_object(document: Doc, *, id_required: bool = True) -> Target:
    """The one ``object`` of an activity: a string, an embedded object, or a list of one of them.

    With ``id_required=False`` an embedded object may lack its identifier, which is then ``""``.
    """
    objects = as_list(document.get("object"))
    if len(objects) != 1:
        raise DocumentError("an activity needs exactly one object")
    target = objects[0]
    target_id = as_id(target)
    embedded = target if isinstance(target, Mapping) else None
    if target_id is None and (id_required or embedded is None):
        raise DocumentError("an object without an identifier")
    return Target(target_id or "", embedded)


def read_addressees(document: Doc, member: str) -> tuple[str, ...]:
    """``to`` or ``cc``, every form of the public collection as its full identifier."""
    found = ids(document.get(member))[:MAX_ADDRESSEES]
    return tuple(PUBLIC if entry in PUBLIC_FORMS else entry for entry in found)


def build_activity(
    id: str,  # noqa: A002 - the field's own name
    kind: str,
    actor: str,
    target: str | dict[str, Any],
    *,
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    context: str | list[Any] = AS2,
) -> dict[str, Any]:
    """An activity without its particulars. An embedded object loses its own ``@context``."""
    document: dict[str, Any] = {"@context": context, "id": id, "type": kind, "actor": actor}
    if to:
        document["to"] = list(to)
    if cc:
        document["cc"] = list(cc)
    if isinstance(target, dict):
        target = {member: value for member, value in target.items() if member != "@context"}
    document["object"] = target
    return document


def addressed_as(target: Doc) -> dict[str, Any]:
    """The addressing of an object for the activity around it, in the forms that it has there."""
    return {name: target[name] for name in ("to", "cc", "audience") if target.get(name)}
