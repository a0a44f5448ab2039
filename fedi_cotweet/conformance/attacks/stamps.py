"""Stamps that are not the consent of the person named, or not to this post."""

from __future__ import annotations

from typing import Any, Final

# Whole texts that ``filled`` replaces: POST is the object's id, the others are actors.
CHANGED: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    (
        "other-object",
        "a stamp for another post",
        "other_object",
        {"interactingObject": "https://a.example/notes/1"},
    ),
    (
        "object-embedded",
        "a stamp with the post embedded",
        "bad_stamp",
        {"interactingObject": {"id": "POST", "type": "Note"}},
    ),
    (
        "two-objects",
        "a stamp for two posts",
        "bad_stamp",
        {"interactingObject": ["POST", "https://a.example/notes/1"]},
    ),
    ("no-object", "a stamp for no post", "bad_stamp", {"interactingObject": None}),
    (
        "other-issuer",
        "a stamp by the neighbour",
        "other_issuer",
        {"attributedTo": "NEIGHBOUR", "interactionTarget": "NEIGHBOUR"},
    ),
    (
        "other-target",
        "a stamp by the co-author about the neighbour",
        "other_target",
        {"interactionTarget": "NEIGHBOUR"},
    ),
    ("no-target", "a stamp about nobody", "other_target", {"interactionTarget": None}),
    (
        "two-issuers",
        "a stamp by two people",
        "bad_stamp",
        {"attributedTo": ["BOB", "NEIGHBOUR"]},
    ),
    (
        "issuer-embedded",
        "a stamp with its issuer embedded",
        "bad_stamp",
        {"attributedTo": {"id": "BOB", "type": "Person"}},
    ),
    ("no-issuer", "a stamp by nobody", "bad_stamp", {"attributedTo": None}),
    ("type", "a stamp of another type", "not_a_stamp", {"type": "Note"}),
    (
        "quote-type",
        "a stamp for the quotes of FEP-044f",
        "not_a_stamp",
        {"type": "QuoteAuthorization"},
    ),
    (
        "authors-without-issuer",
        "a stamp that does not name its issuer",
        "author_not_consented",
        {"consentedAuthors": ["ALICE", "CAROL"]},
    ),
    (
        "authors-without-primary",
        "a stamp that names no primary author",
        "bad_stamp",
        {"consentedAuthors": ["BOB"]},
    ),
    (
        "other-primary",
        "a stamp with another primary author",
        "other_primary",
        {"consentedAuthors": ["BOB", "ALICE"]},
    ),
    (
        "repeated-author",
        "a stamp that names its issuer twice",
        "bad_stamp",
        {"consentedAuthors": ["ALICE", "BOB", "BOB"]},
    ),
    ("no-authors", "a stamp without authors", "bad_stamp", {"consentedAuthors": None}),
    (
        "authors-embedded",
        "a stamp with embedded authors",
        "bad_stamp",
        {"consentedAuthors": [{"id": "ALICE"}, {"id": "BOB"}]},
    ),
    (
        "eleven-authors",
        "a stamp with eleven authors",
        "bad_stamp",
        {"consentedAuthors": ["ALICE", "BOB", *(f"https://x.example/{n}" for n in range(9))]},
    ),
    (
        "profile",
        "a stamp with an unknown profile",
        "unknown_profile",
        {"consentProfile": "https://w3id.org/fep/af48#profile-2"},
    ),
    ("no-profile", "a stamp without profile", "unknown_profile", {"consentProfile": None}),
    (
        "other-digest",
        "a stamp for other content",
        "other_digest",
        {"consentDigest": "zQmYWL2c66fRdoMe7zEgSmQhamR3tH8Gw4zqg79tZJ2t5sB"},
    ),
    (
        "two-digests",
        "a stamp with two digests",
        "bad_digest",
        {"consentDigest": ["zQmY", "zQmZ"]},
    ),
    ("no-digest", "a stamp without digest", "bad_digest", {"consentDigest": None}),
    (
        "digest-hex",
        "a stamp with its digest in hexadecimal",
        "bad_digest",
        {"consentDigest": "HEX"},
    ),
    (
        "digest-sha512",
        "a stamp with a digest of another hash function",
        "bad_digest",
        {"consentDigest": "SHA512"},
    ),
    ("no-date", "a stamp without date", "bad_stamp", {"published": None}),
)
"""Name, what it is, our code of the refusal, members changed."""
