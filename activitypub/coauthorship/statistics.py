"""Statistics among authors: what one author's server knows of a co-authored object (FEP-af48)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_id, types
from activitypub.vocab.terms import AS2, Doc

STATISTICS_TERMS: Final[dict[str, Any]] = {
    "fep-af48": "https://w3id.org/fep/af48#",
    "Statistics": "fep-af48:Statistics",
    "views": "fep-af48:views",
    "followersGained": "fep-af48:followersGained",
    "likesCount": "fep-af48:likesCount",
    "sharesCount": "fep-af48:sharesCount",
    "repliesCount": "fep-af48:repliesCount",
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of one server; the last three only of the primary author's, else None."""

    views: int
    followers_gained: int
    likes: int | None
    shares: int | None
    replies: int | None


def statistics_url(author: str, object_id: str) -> str:
    """Where an author's server answers about an object: below the actor's identifier."""
    return f"{author}/statistics?object={quote(object_id, safe='')}"


def build_statistics(author: str, object_id: str, found: Statistics) -> dict[str, Any]:
    """The answer, for authors of the object only."""
    document: dict[str, Any] = {
        "@context": [AS2, dict(STATISTICS_TERMS)],
        "id": statistics_url(author, object_id),
        "type": "Statistics",
        "attributedTo": author,
        "object": object_id,
        "views": found.views,
        "followersGained": found.followers_gained,
    }
    counts = {
        "likesCount": found.likes,
        "sharesCount": found.shares,
        "repliesCount": found.replies,
    }
    return document | {name: number for name, number in counts.items() if number is not None}


def read_statistics(document: Doc, author: str, object_id: str) -> Statistics | Refused:
    """An answer of ``author``'s server about ``object_id``; numbers that are none count as 0."""
    if "Statistics" not in types(document) or as_id(document.get("object")) != object_id:
        return Refused("not_statistics", "not the statistics of this object")
    if as_id(document.get("attributedTo")) != author:
        return Refused("not_statistics", "the statistics are somebody else's")
    return Statistics(
        _number(document.get("views")) or 0,
        _number(document.get("followersGained")) or 0,
        _number(document.get("likesCount")),
        _number(document.get("sharesCount")),
        _number(document.get("repliesCount")),
    )


def _number(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**53 else None
