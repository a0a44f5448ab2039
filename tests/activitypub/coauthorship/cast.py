"""Alice invites; bob, bea (both on b.example) and carol write with her. Their notes and stamps."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from activitypub.coauthorship.authors import full_rendition
from activitypub.coauthorship.offers import build_offer
from activitypub.coauthorship.projection import consent_digest
from activitypub.coauthorship.stamps import build_stamp
from activitypub.verdicts import Fetched

VECTORS = Path(__file__).parents[2] / "vectors" / "fep-af48"

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOW = 1_795_170_000_000  # 2026-11-20T10:20:00Z

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ALICE = "https://a.example/users/alice"
BOB = "https://b.example/users/bob"
BEA = "https://b.example/users/bea"
CAROL = "https://c.example/users/carol"
EVE = "https://evil.example/users/eve"
NOTE = "https://a.example/notes/42"
OFFER = "https://a.example/users/alice/offers/7"
TOKENS = {
    BOB: "Jf3mZc0kQ1y8b2vTq9XhLw",
    BEA: "k0QeDb1yXfJ2vZ8mTq9XhLwA",
    CAROL: "Q1y8b2vTq9XhLwJf3mZc0k",
}
STAMPS = {actor: f"{actor}/coauthor/{token}" for actor, token in TOKENS.items()}
STAMP = STAMPS[BOB]
PICTURE = {
    "type": "Image",
    "mediaType": "image/png",
    "url": "https://a.example/media/1.png",
    "name": "A cat",
    "digestMultibase": "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
}

Document = dict[str, Any]


def vector(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


def core(**changes: Any) -> Document:
    """A public post without authors; a change to None takes the member away."""
    document = {
        "id": NOTE,
        "type": "Note",
        "to": [PUBLIC],
        "cc": [f"{ALICE}/followers", f"{BOB}/followers", BOB],
        "content": "<p>We wrote this <em>together</em>.</p>",
        "tag": [{"type": "Mention", "href": BOB, "name": "@bob@b.example"}],
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def draft(*co_authors: str, **changes: Any) -> Document:
    return full_rendition(
        core(**changes), [("Person", author) for author in (ALICE, *(co_authors or (BOB,)))]
    )


def published(*co_authors: str, **changes: Any) -> Document:
    named = co_authors or (BOB,)
    return {
        **draft(*named),
        "coAuthorAuthorization": [STAMPS[actor] for actor in named],
        "published": "2026-11-20T10:06:00Z",
        **changes,
    }


def stamp(
    actor: str = BOB,
    note: Mapping[str, Any] | None = None,
    authors: Sequence[str] | None = None,
    **changes: Any,
) -> Document:
    """The stamp of ``actor`` for ``note``; a change to None takes the property away."""
    note = published() if note is None else note
    authors = (ALICE, *note["coAuthors"]) if authors is None else authors
    document = {
        **build_stamp(
            id=STAMPS[actor],
            issuer=actor,
            object_id=note["id"],
            authors=authors,
            digest=consent_digest(note, authors),
            published_at=NOW - 15 * MINUTE,
        ),
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def fetched(url: str, document: Mapping[str, Any] | None = None, **changes: Any) -> Fetched:
    answer: dict[str, Any] = {
        "url": url,
        "status": 200 if document is not None else 404,
        "fetched_at": NOW,
        "final_url": url,
        "media_type": "application/activity+json; charset=utf-8",
        "document": document,
        **changes,
    }
    return Fetched(**answer)


def known(*answers: Fetched) -> dict[str, Fetched]:
    return {answer.url: answer for answer in answers}


def offer(*co_authors: str, target: str = BOB, **changes: Any) -> Document:
    """Alice's Offer; ``object`` may be given; a change to None takes the member away."""
    document = {
        **build_offer(
            id=OFFER,
            actor=ALICE,
            target=target,
            object=draft(*co_authors),
            published_at=NOW - 20 * MINUTE,
            expires_at=NOW + 7 * DAY,
        ),
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}
