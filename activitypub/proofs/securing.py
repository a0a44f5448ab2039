"""Proof and LD signature on what we send, with a context that every receiver can read."""

from __future__ import annotations

from typing import Any

from activitypub.proofs import eddsa_jcs_2022, rsa_signature_2017
from activitypub.signatures.keys import SigningKey
from activitypub.vocab.reading import as_list
from activitypub.vocab.terms import (
    AS2,
    DATA_INTEGRITY_V1,
    DATA_INTEGRITY_V2,
    PROOF_TERMS,
    SECURITY_V1,
    Doc,
)


def with_proof_terms(document: Doc, *, ld_signed: bool = False) -> dict[str, Any]:
    """The document with the terms of a proof defined inline, before its own.

    A data-integrity context URL says the same, but receivers that do not carry it fetch it, and
    Fedify answers 400 when it cannot. ``ld_signed`` adds the security context as well, which must
    be there before a proof is made, since the proof covers the context.
    """
    terms: dict[str, Any] = dict(PROOF_TERMS)
    urls = [AS2]
    for entry in as_list(document.get("@context")):
        if isinstance(entry, dict):
            terms |= entry
        elif isinstance(entry, str) and entry not in (DATA_INTEGRITY_V1, DATA_INTEGRITY_V2):
            urls.append(entry)
    if ld_signed:
        urls.append(SECURITY_V1)
    return {**document, "@context": [*dict.fromkeys(urls), terms]}


def prove(document: Doc, key: SigningKey, at: int) -> dict[str, Any]:
    """The document with a proof by ``key`` (Ed25519), made ``at`` (ms)."""
    return eddsa_jcs_2022.make_proof(with_proof_terms(document), key, at)


def prove_and_sign(document: Doc, ed25519: SigningKey, rsa: SigningKey, at: int) -> dict[str, Any]:
    """The document with a proof and, over both, an LD signature. 2 ms of RDF: in a thread."""
    whole = with_proof_terms(document, ld_signed=True)
    return rsa_signature_2017.make_signature(eddsa_jcs_2022.make_proof(whole, ed25519, at), rsa, at)
