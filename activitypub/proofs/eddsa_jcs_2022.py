"""Object integrity proofs (FEP-8b32): ``eddsa-jcs-2022`` of W3C's vc-di-eddsa."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import base58
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activitypub.errors import BadKeyError, DocumentError
from activitypub.proofs.jcs import canonicalise
from activitypub.signatures.keys import PublicKey, SigningKey, verifies
from activitypub.verdicts import Refused
from activitypub.vocab.loader import CONTEXTS
from activitypub.vocab.reading import as_list, format_time, parse_time

Doc = Mapping[str, Any]

CLOCK_SKEW: Final = 3_600_000

# 64 octets in base 58 are 87 or 88 digits; decoding takes quadratic time.
_PROOF_VALUE: Final = re.compile(r"z[1-9A-HJ-NP-Za-km-z]{64,90}")
_ABSENT: Final = object()


def make_proof(document: Doc, key: SigningKey, created_at: int) -> dict[str, Any]:
    """The document with a proof by ``key``, in place of any it had.

    ``created_at`` is in ms. The proof repeats the document's ``@context`` and leaves out
    ``signature``, as Mastodon does when it checks. Whatever else is to be in the document must be
    there before. Raises ``BadKeyError`` for an RSA key, ``DocumentError`` for a document without
    canonical form.
    """
    if key.kind != "ed25519":
        raise BadKeyError("an eddsa-jcs-2022 proof needs an Ed25519 key")
    proof: dict[str, Any] = {}
    if "@context" in document:
        proof["@context"] = document["@context"]
    proof |= {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": key.key_id,
        "proofPurpose": "assertionMethod",
        # Whole seconds: Fedify rewrites fractions, and then the proof fails.
        "created": format_time(created_at // 1000 * 1000),
    }
    signature = key.sign(_hash_data(_unsecured(document), proof))
    proof["proofValue"] = "z" + base58.b58encode(signature).decode("ascii")
    return {**{name: document[name] for name in document if name != "proof"}, "proof": proof}


def proof_key_id(document: Doc) -> str | None:
    """The id of the key that the document's proof names, None if there is no such proof."""
    proof = document.get("proof")
    method = proof.get("verificationMethod") if isinstance(proof, Mapping) else None
    return method if isinstance(method, str) and method else None


def check_proof(document: Doc, key: PublicKey, *, now: int | None = None) -> Refused | None:
    """Whether the document's one proof is by ``key``; None if it is.

    Whose key that is, and whether it may speak for the document, the caller decides (FEP-fe34).
    ``signature`` is left out, as it is added later. Where the proof has an ``@context``, the
    document's must begin with it, and what follows may only be contexts that we know: it is not
    signed. With ``now`` (ms), a proof from the future or beyond its ``expires`` is refused.
    """
    proof = document.get("proof")
    if proof is None:
        return Refused("no_proof", "the document has no proof")
    if not isinstance(proof, dict):
        return Refused("proof_not_single", "the document's proof is not one object")
    refused = _check_form(proof) or _check_times(proof, now)
    if refused is not None:
        return refused
    unsecured = _unsecured(document)
    if "@context" in proof:
        if not _begins_with(document.get("@context", _ABSENT), proof["@context"]):
            return Refused("proof_context", "the proof is about another @context")
        unsecured["@context"] = proof["@context"]
    options = {name: proof[name] for name in proof if name != "proofValue"}
    if not isinstance(key, Ed25519PublicKey):
        return Refused("wrong_key_kind", "the proof's key is not Ed25519")
    try:
        data = _hash_data(unsecured, options)
    except DocumentError:
        return Refused("no_canonical_form", "the document has no canonical form")
    signature = base58.b58decode(proof["proofValue"][1:])
    if len(signature) != 64 or not verifies(key, signature, data):
        return Refused("bad_proof", "the proof is not by the key it names")
    return None


def _check_form(proof: Doc) -> Refused | None:
    if proof.get("type") != "DataIntegrityProof":
        return Refused("proof_type", "the proof is not a DataIntegrityProof")
    if proof.get("cryptosuite") != "eddsa-jcs-2022":
        return Refused("proof_cryptosuite", "the proof's cryptosuite is not eddsa-jcs-2022")
    if proof.get("proofPurpose") != "assertionMethod":
        return Refused("proof_purpose", "the proof's purpose is not assertionMethod")
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or not method:
        return Refused("proof_key_id", "the proof names no key")
    if "previousProof" in proof:
        return Refused("proof_chain", "the proof is part of a chain")
    value = proof.get("proofValue")
    if not isinstance(value, str) or _PROOF_VALUE.fullmatch(value) is None:
        return Refused("proof_value", "the proof's value is not base58btc")
    return None


def _check_times(proof: Doc, now: int | None) -> Refused | None:
    created_at, expires_at = parse_time(proof.get("created")), parse_time(proof.get("expires"))
    if created_at is None:
        return Refused("proof_created", "the proof does not say when it was made")
    if expires_at is None and "expires" in proof:
        return Refused("proof_expires", "the proof's expiry is not a time")
    if now is not None and created_at > now + CLOCK_SKEW:
        return Refused("proof_from_future", "the proof was made in the future")
    if now is not None and expires_at is not None and now > expires_at + CLOCK_SKEW:
        return Refused("proof_expired", "the proof has expired")
    return None


def _begins_with(context: Any, signed: Any) -> bool:
    """vc-di-eddsa 3.3.2, step 4; compared as canonical JSON, where ``1`` is not ``true``."""
    if context is _ABSENT:
        return False
    all_contexts, signed_contexts = as_list(context), as_list(signed)
    added = all_contexts[len(signed_contexts) :]
    if not all(isinstance(entry, str) and entry in CONTEXTS for entry in added):
        return False
    try:
        begin = canonicalise(all_contexts[: len(signed_contexts)])
        return begin == canonicalise(signed_contexts)
    except DocumentError:
        return False


def _unsecured(document: Doc) -> dict[str, Any]:
    return {name: document[name] for name in document if name not in ("proof", "signature")}


def _hash_data(unsecured: Doc, options: Doc) -> bytes:
    return (
        hashlib.sha256(canonicalise(options)).digest()
        + hashlib.sha256(canonicalise(unsecured)).digest()
    )
