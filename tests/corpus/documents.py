"""The documents of the corpus: each file's, with who sent it and which of the four it is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from activitypub.documents.collection import COLLECTION_TYPES
from activitypub.documents.kinds import KINDS
from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_id, as_list, origin, parse_json, types
from activitypub.vocab.terms import ACTOR_TYPES

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("COTWEET_PAYLOADS", ROOT / ".." / "shared" / "payloads")).resolve()

OTHER_OBJECTS: Final = frozenset(
    {"Tombstone", "Place", "Profile", "Relationship", "Object", "Mention", "Link"}
)
"""Types of ActivityStreams that are no post."""

_ACTIVITIES: Final = (
    "Accept Add Announce Arrive Block Create Delete Dislike EmojiReact Flag Follow Ignore Invite "
    "Join Leave Like Listen Lock Move Offer Question Read Reject Remove Resolve TentativeAccept "
    "TentativeReject Travel Undo Update View Warn QuoteRequest LikeRequest"
)
ACTIVITIES: Final = frozenset(_ACTIVITIES.split(" "))


@dataclass(frozen=True, slots=True)
class Found:
    """A document of a file. ``what``: ``activity``, ``actor``, ``object`` or ``collection``;
    ``fragment`` where it lacks what ActivityPub demands of any of them; ``other`` is none.
    """

    path: str
    sender: str
    what: str
    document: Mapping[str, Any]


def sender_of(path: Path) -> str:
    """The folder; one folder of Lemmy's holds what others sent to it, by software."""
    parts = path.relative_to(FOLDER).parts
    return f"{parts[0]}/{parts[-3]}" if "assets" in parts[:-2] else parts[0]


def paths() -> list[Path]:
    """Every file of the corpus."""
    return sorted(FOLDER.rglob("*.json"))


def documents() -> Iterator[Found]:
    """What is in the files. What is no JSON object is ``other`` and empty."""
    for path in paths():
        try:
            document = parse_json(path.read_bytes())
        except DocumentError:
            document = {}
        if {"set", "object"} <= document.keys():  # an example and what is known of it
            document = document["object"]
        yield Found(str(path.relative_to(FOLDER)), sender_of(path), what(document), document)


def what(document: Mapping[str, Any]) -> str:
    """Which of the four it is, by what ActivityPub says of each.

    An object that is sent or served has an identifier (3.1) and is somebody's, an actor an inbox
    too (4.1), and so have the objects in a collection. Examples in specifications often have not.
    """
    if "#comment" in document:
        return "fragment"  # an example that somebody completed for a schema
    kinds = set(types(document))
    named = origin(as_id(document.get("id"))) is not None
    if kinds & ACTOR_TYPES or ("inbox" in document and "outbox" in document):
        return "actor" if named and "inbox" in document else "fragment"
    if kinds & COLLECTION_TYPES:
        items = as_list(document.get("items")) + as_list(document.get("orderedItems"))
        inside = {"items", "orderedItems", "first", "totalItems"} & document.keys()
        whole = (named or inside) and all(as_id(item) is not None for item in items)
        return "collection" if whole else "fragment"
    if kinds & ACTIVITIES and "actor" in document and not _is_poll(document):
        return "activity" if named else "fragment"
    # Words in small letters are types of the client API, and of JSON schemas.
    if kinds & (KINDS | OTHER_OBJECTS) or ("@context" in document and kinds):
        owned = document.get("attributedTo") is not None or "Tombstone" in kinds
        return "object" if named and owned else "fragment"
    return "other"


def _is_poll(document: Mapping[str, Any]) -> bool:
    return "Question" in types(document) and "content" in document
