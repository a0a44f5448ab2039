"""RsaSignature2017, the Linked Data signatures of Mastodon.

Obsolete, and still what makes Mastodon forward our replies, and what lets activities travel through
other servers to Mastodon up to 4.6, Misskey and PeerTube.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from activitypub.errors import BadKeyError, DocumentError
from activitypub.proofs.linked_data import (
    NoStatementsError,
    expand,
    hash_statements,
    read_statements,
    refuse_reshaping,
)
from activitypub.signatures.keys import PublicKey, SigningKey, verifies
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_list, format_time, parse_time
from activitypub.vocab.terms import IDENTITY_V1, SECURITY_V1

Doc = Mapping[str, Any]

CLOCK_SKEW: Final = 3_600_000
_OPTIONS: Final = frozenset({"creator", "created", "expires", "domain", "nonce"})
_UNSIGNED: Final = frozenset({"type", "id", "signatureValue"})
_MAX_SIGNATURE: Final = 2_048


def make_signature(document: Doc, key: SigningKey, created_at: int) -> dict[str, Any]:
    """The document with an LD signature by ``key``, in place of any it had.

    ``created_at`` is in ms. The security context is added to ``@context`` unless it is there; a
    proof that was made before stays valid where receivers follow vc-di-eddsa. Raises
    ``BadKeyError`` for a key that is not RSA, ``DocumentError`` for a document that cannot be
    signed, such as one with a context that we do not carry.
    """
    if key.kind != "rsa":
        raise BadKeyError("an RsaSignature2017 needs an RSA key")
    unsigned = {name: document[name] for name in document if name != "signature"}
    contexts = as_list(unsigned.get("@context"))
    if SECURITY_V1 not in contexts:
        unsigned["@context"] = [*contexts, SECURITY_V1]
    signature = {
        "type": "RsaSignature2017",
        "creator": key.key_id,
        "created": format_time(created_at),
    }
    try:
        refuse_reshaping(unsigned)
        expanded = expand(unsigned)
        # What we sign is what others get to read: signing what the check would refuse is a bug.
        read_statements(expanded)
        data = _signed_data(signature, expanded)
    except NoStatementsError as error:
        raise DocumentError("the document cannot be signed", detail=error.reason) from error
    value = base64.b64encode(key.sign(data)).decode("ascii")
    return {**unsigned, "signature": {**signature, "signatureValue": value}}


def creator(document: Doc) -> str | None:
    """The id of the key that the document's LD signature names, None if there is no such."""
    signature = document.get("signature")
    key_id = signature.get("creator") if isinstance(signature, Mapping) else None
    return key_id if isinstance(key_id, str) and key_id else None


def check_signature(
    document: Doc, key: PublicKey, *, now: int | None = None
) -> dict[str, Any] | Refused:
    """What the document's LD signature by ``key`` covers, and only that.

    Read the answer in the document's stead: the signature covers statements, and the document may
    have members that are none, or terms that mean something else than their names say
    (CVE-2022-24307). The answer has this package's own ``@context``, neither ``signature`` nor
    ``proof``, and one-element lists may have become values. Whose key it is, and whether it may
    speak for the document, the caller decides. With ``now`` (ms), a signature from the future or
    beyond its ``expires`` is refused.
    """
    signature = document.get("signature")
    if signature is None:
        return Refused("no_signature", "the document has no LD signature")
    if not isinstance(signature, dict):
        return Refused("signature_not_single", "the document's signature is not one object")
    refused = _check_form(signature) or _check_times(signature, now)
    if refused is not None:
        return refused
    try:
        value = base64.b64decode(signature["signatureValue"], validate=True)
    except (binascii.Error, ValueError):
        return Refused("signature_value", "the signature's value is not base64")
    if not isinstance(key, RSAPublicKey):
        return Refused("wrong_key_kind", "the signature's key is not RSA")
    unsigned = {name: document[name] for name in document if name != "signature"}
    options = {name: signature[name] for name in signature if name in _OPTIONS}
    try:
        refuse_reshaping(unsigned)
        expanded = expand(unsigned)
        if not verifies(key, value, _signed_data(options, expanded)):
            return Refused("bad_signature", "the LD signature is not by the key it names")
        return read_statements(expanded)
    except NoStatementsError as error:
        return Refused(error.code, error.reason)


def _check_form(signature: Doc) -> Refused | None:
    if signature.get("type") != "RsaSignature2017":
        return Refused("signature_type", "the signature is not an RsaSignature2017")
    # Fedify repeats the context that every verifier uses for the options anyway.
    if signature.get("@context", IDENTITY_V1) != IDENTITY_V1:
        return Refused("signature_context", "the signature's options have a context of their own")
    if not signature.keys() <= _OPTIONS | _UNSIGNED | {"@context"}:
        return Refused("signature_options", "the signature has options that we do not know")
    key_id = signature.get("creator")
    if not isinstance(key_id, str) or not key_id:
        return Refused("signature_key_id", "the signature names no key")
    if not all(isinstance(value, str) for value in signature.values()):
        return Refused("signature_options", "the signature has options that are not strings")
    if not 0 < len(signature.get("signatureValue", "")) <= _MAX_SIGNATURE:
        return Refused("signature_value", "the signature's value is missing or too long")
    return None


def _check_times(signature: Doc, now: int | None) -> Refused | None:
    created_at, expires_at = parse_time(signature.get("created")), None
    if created_at is None:
        return Refused("signature_created", "the signature does not say when it was made")
    if "expires" in signature:
        expires_at = parse_time(signature["expires"])
        if expires_at is None:
            return Refused("signature_expires", "the signature's expiry is not a time")
    if now is not None and created_at > now + CLOCK_SKEW:
        return Refused("signature_from_future", "the signature was made in the future")
    if now is not None and expires_at is not None and now > expires_at + CLOCK_SKEW:
        return Refused("signature_expired", "the signature has expired")
    return None


def _signed_data(options: Doc, expanded: Doc) -> bytes:
    """Mastodon's recipe: both hashes in hexadecimal, that of the options first."""
    unsigned = {name: options[name] for name in options if name not in _UNSIGNED}
    hashed_options = hash_statements(expand({**unsigned, "@context": IDENTITY_V1}))
    return (hashed_options + hash_statements(expanded)).encode("ascii")
