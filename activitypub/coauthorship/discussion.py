"""What the authors of a draft say to each other about it (FEP-af48, Discussing a draft)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.activities.create import build_create
from activitypub.activities.envelope import build_activity
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_list, ids, parse_time, same_origin, types
from activitypub.vocab.terms import AS2, PUBLIC_FORMS, Doc

MAX_CONTENT: Final = 16_000
"""Characters of HTML."""
_ELSEWHERE: Final = ("cc", "bto", "bcc", "audience")


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark that keeps the rules. ``content`` is HTML from a stranger; ``to`` has no repeats."""

    id: str
    actor: str
    object_id: str
    to: tuple[str, ...]
    content: str
    published_at: int | None


def is_private(note: Doc) -> bool:
    """Whether a note is for those it names and nobody else: no collection, neither public nor of
    followers, is addressed."""
    named = [entry for member in ("to", *_ELSEWHERE) for entry in ids(note.get(member))]
    return bool(named) and not any(
        entry in PUBLIC_FORMS or entry.rstrip("/").endswith("/followers") for entry in named
    )


def read_comment(document: Doc, note: Doc) -> Comment | Refused:
    """The remark in a ``Create`` and the note in it.

    That the sender wrote the note is the caller's to check, and who may say and read what about
    the draft.
    """
    comment_id, actor = note.get("id"), document.get("actor")
    if not isinstance(comment_id, str) or not isinstance(actor, str):
        return Refused("bad_comment", "the comment does not name itself and one author")
    if types(note) != ("Note",) or note.get("coAuthors") or as_list(note.get("attachment")):
        return Refused("bad_comment", "the comment is not a plain note")
    if ids(note.get("attributedTo")) != (actor,) or not same_origin(comment_id, actor):
        return Refused("not_the_author", "the comment is somebody else's")
    about = ids(note.get("inReplyTo"))
    to = tuple(dict.fromkeys(ids(note.get("to"))))
    if len(about) != 1 or not to or actor in to:
        return Refused("bad_comment", "the comment is not about one draft, or for nobody")
    if set(ids(document.get("to"))) != set(to):
        return Refused("bad_addressing", "the comment and its Create are for different people")
    if any(as_list(each.get(member)) for each in (document, note) for member in _ELSEWHERE):
        return Refused("bad_addressing", "the comment is addressed to others too")
    content = note.get("content")
    if not isinstance(content, str) or not content.strip() or len(content) > MAX_CONTENT:
        return Refused("bad_comment", "the comment says nothing, or too much")
    return Comment(comment_id, actor, about[0], to, content, parse_time(note.get("published")))


def build_comment(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    actor: str,
    object_id: str,
    to: Sequence[str],
    content: str,
    published_at: int,
) -> dict[str, Any]:
    """The ``Create`` that carries a remark to the other authors."""
    note = {
        "id": id,
        "type": "Note",
        "attributedTo": actor,
        "inReplyTo": object_id,
        "to": list(to),
        "content": content,
    }
    create = build_create(f"{id}/activity", actor, note, published_at) | {"@context": AS2}
    return create | {"object": note | {"published": create["published"]}}


def build_parting(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    primary: str,
    gone: str,
    object_id: str,
    to: Sequence[str],
) -> dict[str, Any]:
    """The ``Remove`` with which the primary author says that somebody takes no part any more."""
    return build_activity(id, "Remove", primary, gone, to=to) | {"target": object_id}
