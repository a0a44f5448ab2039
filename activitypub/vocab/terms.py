"""The vocabulary as data: IRIs, media types and the inline contexts of what we send.

Every IRI was read by a person against its source: one wrong character fails silently. Extension
terms are defined inline, because receivers fetch, or drop the terms of, any context URL that they
do not carry themselves (Mastodon, Takahē).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

Doc = Mapping[str, Any]

AS2: Final = "https://www.w3.org/ns/activitystreams"
SECURITY_V1: Final = "https://w3id.org/security/v1"
DATA_INTEGRITY_V1: Final = "https://w3id.org/security/data-integrity/v1"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
IDENTITY_V1: Final = "https://w3id.org/identity/v1"

PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
"""What we emit, always in full: snac never sees posts addressed to ``as:Public``."""

PUBLIC_FORMS: Final = frozenset({PUBLIC, "as:Public", "Public"})
"""What we read (ActivityPub 5.6): all three denote the public collection."""

AF48: Final = "https://w3id.org/fep/af48"
PROFILE_1: Final = "https://w3id.org/fep/af48#profile-1"
RFC9421: Final = "https://datatracker.ietf.org/doc/html/rfc9421"

ACTIVITY_JSON: Final = "application/activity+json"
LD_JSON: Final = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
ACCEPT: Final = f"{ACTIVITY_JSON}, {LD_JSON}"

ACTOR_TYPES: Final = frozenset({"Person", "Service", "Application", "Group", "Organization"})
NOTE_TYPES: Final = frozenset({"Note", "Article", "Question"})

COAUTHORSHIP_TERMS: Final[Mapping[str, Any]] = {
    "gts": "https://gotosocial.org/ns#",
    "sec": "https://w3id.org/security#",
    "fep-af48": "https://w3id.org/fep/af48#",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    "canCoAuthor": {"@id": "fep-af48:canCoAuthor", "@type": "@id"},
    "CoAuthorAuthorization": "fep-af48:CoAuthorAuthorization",
    "coAuthors": {"@id": "fep-af48:coAuthors", "@type": "@id", "@container": "@list"},
    "coAuthorAuthorization": {
        "@id": "fep-af48:coAuthorAuthorization",
        "@type": "@id",
        "@container": "@set",
    },
    "consentedAuthors": {
        "@id": "fep-af48:consentedAuthors",
        "@type": "@id",
        "@container": "@list",
    },
    "consentProfile": {"@id": "fep-af48:consentProfile", "@type": "@id"},
    "consentDigest": {"@id": "fep-af48:consentDigest", "@type": "sec:multibase"},
}
"""FEP-af48, section Vocabulary, word for word."""

CONSENT_NOTE_TERMS: Final[Mapping[str, Any]] = {
    "fep-af48": "https://w3id.org/fep/af48#",
    "consentNotes": {
        "@id": "fep-af48:consentNotes",
        "@type": "@id",
        "@container": "@set",
    },
}
"""FEP-af48, section Consent notes: only where there are some."""

ACTOR_TERMS: Final[Mapping[str, Any]] = {
    "toot": "http://joinmastodon.org/ns#",
    "schema": "http://schema.org#",
    "sec": "https://w3id.org/security#",
    "gts": "https://gotosocial.org/ns#",
    "fep-af48": "https://w3id.org/fep/af48#",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
    "Emoji": "toot:Emoji",
    "Hashtag": "as:Hashtag",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "assertionMethod": {"@id": "sec:assertionMethod", "@type": "@id", "@container": "@set"},
    "Multikey": "sec:Multikey",
    "controller": {"@id": "sec:controller", "@type": "@id"},
    "publicKeyMultibase": {"@id": "sec:publicKeyMultibase", "@type": "sec:multibase"},
    "webfinger": {
        "@id": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "@type": "xsd:string",
    },
    "implements": {
        "@id": "https://w3id.org/fep/844e/implements",
        "@type": "@id",
        "@container": "@list",
    },
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "canCoAuthor": {"@id": "fep-af48:canCoAuthor", "@type": "@id"},
}
"""Mastodon's actor terms, FEP-521a, FEP-2c59, FEP-844e and FEP-af48's policy.

Those of Multikeys inline: Mastodon would fetch their context for an ``Update`` that is passed on.
"""

ROLE_TERMS: Final[Mapping[str, Any]] = {
    "authorRoles": {"@id": "fep-af48:authorRoles", "@container": "@list"},
    "consentedRoles": {"@id": "fep-af48:consentedRoles", "@container": "@list"},
}
"""FEP-af48, section Roles."""

CREDIT_TERMS: Final[Mapping[str, Any]] = {
    "MediaCreditAuthorization": "fep-af48:MediaCreditAuthorization",
    "creditAuthorization": {"@id": "fep-af48:creditAuthorization", "@type": "@id"},
    "creditedMedia": {"@id": "fep-af48:creditedMedia", "@type": "sec:multibase"},
}
"""FEP-af48, section Credit for media."""

QUOTE_STAMP_TERMS: Final[Mapping[str, Any]] = {
    "gts": "https://gotosocial.org/ns#",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
}
"""FEP-044f: a stamp, a request, and their answers."""

QUOTE_POLICY_TERMS: Final[Mapping[str, Any]] = {
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
}
"""FEP-044f: who may quote a post."""

QUOTE_TERMS: Final[Mapping[str, Any]] = {
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "quoteUrl": "as:quoteUrl",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
}
"""FEP-044f and the older names, as Mastodon defines them."""

NOTE_TERMS: Final[Mapping[str, Any]] = {
    "toot": "http://joinmastodon.org/ns#",
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "Emoji": "toot:Emoji",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "digestMultibase": {
        "@id": "https://w3id.org/security#digestMultibase",
        "@type": "https://w3id.org/security#multibase",
    },
}
"""Mastodon's note terms and FEP-1311's digest."""


PROOF_TERMS: Final[Mapping[str, Any]] = {
    "sec": "https://w3id.org/security#",
    "proof": {"@id": "sec:proof", "@type": "@id", "@container": "@graph"},
    "DataIntegrityProof": "sec:DataIntegrityProof",
    "cryptosuite": {"@id": "sec:cryptosuite", "@type": "sec:cryptosuiteString"},
    "proofPurpose": {"@id": "sec:proofPurpose", "@type": "@vocab"},
    "assertionMethod": {"@id": "sec:assertionMethod", "@type": "@id", "@container": "@set"},
    "proofValue": {"@id": "sec:proofValue", "@type": "sec:multibase"},
    "created": {
        "@id": "http://purl.org/dc/terms/created",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
    "verificationMethod": {"@id": "sec:verificationMethod", "@type": "@id"},
}
"""FEP-8b32 inline: of an LD-signed document Mastodon would fetch the data-integrity context."""


def actor_context() -> list[Any]:
    """The ``@context`` of an actor document with an RSA key and Multikeys."""
    return [AS2, SECURITY_V1, dict(ACTOR_TERMS)]


def note_context(co_authored: bool) -> list[Any]:
    """The ``@context`` of a note, or of an activity that embeds one.

    Co-authorship terms come only with co-authored notes: on others they would make Mastodon drop
    the LD signature of replies.
    """
    terms = {**NOTE_TERMS, **COAUTHORSHIP_TERMS} if co_authored else dict(NOTE_TERMS)
    return [AS2, terms]


def context_for(note: Doc) -> list[Any]:
    """The ``@context`` of this very note, or of an activity around it: terms that it uses."""
    context = note_context("coAuthors" in note)
    if "authorRoles" in note:
        context[1] |= ROLE_TERMS
    attachments = note.get("attachment")
    if isinstance(attachments, list) and any("creditAuthorization" in a for a in attachments):
        context[1] |= {
            "sec": COAUTHORSHIP_TERMS["sec"],
            "fep-af48": COAUTHORSHIP_TERMS["fep-af48"],
            **CREDIT_TERMS,
        }
    if "votersCount" in note:
        context[1]["votersCount"] = "toot:votersCount"
    if "consentNotes" in note:
        context[1] |= CONSENT_NOTE_TERMS
    if "interactionPolicy" in note:
        context[1] |= QUOTE_POLICY_TERMS
    if "quote" in note:
        context[1] |= QUOTE_TERMS
    return context


_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf"\s*({_WORD}/{_WORD})\s*")
_PARAMETER = re.compile(rf';\s*(?:({_WORD})=({_WORD}|"(?:[^"\\]|\\.)*")\s*)?')
_MAX_HEADER = 1024


def is_activitypub_type(content_type: str) -> bool:
    """Whether a ``Content-Type`` promises an ActivityPub document (ActivityPub 3.2).

    ``application/activity+json`` with any parameters; ``application/ld+json`` only with the
    ActivityStreams profile, alone or in the profile's space-separated list: a bare JSON-LD file
    may be somebody's upload. Anything that does not parse as one media type is refused.
    """
    if len(content_type) > _MAX_HEADER:
        return False
    match = _MEDIA_TYPE.match(content_type)
    if match is None:
        return False
    essence = match[1].lower()
    profiles: list[str] = []
    position = match.end()
    while position < len(content_type):
        parameter = _PARAMETER.match(content_type, position)
        if parameter is None:
            return False
        if (parameter[1] or "").lower() == "profile":
            profiles.append(parameter[2].strip('"'))
        position = parameter.end()
    if essence == ACTIVITY_JSON:
        return True
    return essence == "application/ld+json" and len(profiles) == 1 and AS2 in profiles[0].split()
