"""Polls: a ``Question`` with its tallies, and votes, as Mastodon and its kin exchange them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activitypub.vocab.reading import as_list, format_time, ids, text
from activitypub.vocab.terms import AS2, Doc


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote by ``voter`` for the option called ``name`` of the poll ``question``."""

    id: str
    voter: str
    question: str
    name: str


def build_options(names: Sequence[str], *, multiple: bool) -> dict[str, Any]:
    """The member of a ``Question`` that holds its options, without votes yet."""
    options = [_option(name, 0) for name in names]
    return {"anyOf" if multiple else "oneOf": options} if names else {}


def with_tallies(
    document: Doc, votes: Sequence[int], voters: int, closed_at: int | None
) -> dict[str, Any]:
    """The ``Question`` with the state of its poll: what may change without new consent."""
    member = "anyOf" if "anyOf" in document else "oneOf"
    options = [
        _option(text(entry.get("name")), count)
        for entry, count in zip(as_list(document.get(member)), votes, strict=False)
    ]
    found = {**document, member: options, "votersCount": voters}
    return found if closed_at is None else found | {"closed": format_time(closed_at)}


def _option(name: str, votes: int) -> dict[str, Any]:
    replies = {"type": "Collection", "totalItems": votes}
    return {"type": "Note", "name": name, "replies": replies}


def covered_options(document: Doc) -> tuple[tuple[str, ...], bool]:
    """(names in order, whether several may be chosen) as the consent digest covers them."""
    single, several = document.get("oneOf"), document.get("anyOf")
    found = as_list(single) or as_list(several)
    names = (entry.get("name") for entry in found if isinstance(entry, Mapping))
    return tuple(name for name in names if isinstance(name, str)), not as_list(single)


def build_vote(vote: Vote, *, to: str, published_at: int) -> dict[str, Any]:
    """The ``Create`` of a vote. It goes to the poll's author and nobody else."""
    return {
        "@context": AS2,
        "id": f"{vote.id}/activity",
        "type": "Create",
        "actor": vote.voter,
        "to": [to],
        "published": format_time(published_at),
        "object": {
            "id": vote.id,
            "type": "Note",
            "name": vote.name,
            "attributedTo": vote.voter,
            "to": [to],
            "inReplyTo": vote.question,
            "published": format_time(published_at),
        },
    }


def read_vote(document: Doc) -> Vote | None:
    """The vote that a ``Note`` may be: a name and no content, in reply to one object.

    Whether that object is a poll, and has such an option, is the caller's to see.
    """
    note_id, name = document.get("id"), document.get("name")
    if document.get("type") != "Note" or not isinstance(note_id, str) or not isinstance(name, str):
        return None
    if not name or document.get("content") not in (None, ""):
        return None
    target, voter = ids(document.get("inReplyTo")), ids(document.get("attributedTo"))
    if len(target) != 1 or len(voter) != 1:
        return None
    return Vote(note_id, voter[0], target[0], name)
