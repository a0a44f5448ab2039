"""Keys and documents for the tests of proofs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from activitypub.signatures.keys import (
    SigningKey,
    decode_secret_multikey,
    generate_rsa,
    load_private,
)
from activitypub.vocab.terms import AS2

VECTORS: Final = Path(__file__).parents[2] / "vectors"
PROTOCOL: Final[dict[str, Any]] = json.loads((VECTORS / "fep-af48/protocol.json").read_text())
NOW: Final = 1_795_341_600_000
ALICE: Final = "https://a.example/users/alice"


def _key(number: int) -> SigningKey:
    actor = PROTOCOL["keys"][number]
    private = decode_secret_multikey(actor["secretKeyMultibase"])
    return SigningKey(actor["assertionMethod"][0]["id"], private)


ED25519: Final = {"alice": _key(0), "bob": _key(1)}
RSA: Final = SigningKey(f"{ALICE}#main-key", load_private(generate_rsa()))


def create() -> dict[str, Any]:
    """A Create with most of what Mastodon puts into one."""
    return {
        "@context": [
            AS2,
            {
                "toot": "http://joinmastodon.org/ns#",
                "sensitive": "as:sensitive",
                "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
                "fep-af48": "https://w3id.org/fep/af48#",
                "coAuthors": {
                    "@id": "fep-af48:coAuthors",
                    "@type": "@id",
                    "@container": "@list",
                },
            },
        ],
        "id": "https://a.example/notes/1/activity",
        "type": "Create",
        "actor": ALICE,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": [f"{ALICE}/followers", "https://b.example/users/bob"],
        "published": "2026-11-22T10:00:00Z",
        "object": {
            "id": "https://a.example/notes/1",
            "type": "Note",
            "attributedTo": ALICE,
            "coAuthors": ["https://b.example/users/bob", "https://c.example/users/carol"],
            "summary": "a warning?",
            "content": "<p>true</p>",
            "contentMap": {"en": "<p>true</p>"},
            "sensitive": True,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "tag": [
                {"type": "Mention", "href": "https://b.example/users/bob", "name": "@bob"},
            ],
            "attachment": [
                {
                    "type": "Image",
                    "url": "https://a.example/media/1.png",
                    "focalPoint": [0.0, -0.5],
                    "width": 640,
                }
            ],
        },
    }
