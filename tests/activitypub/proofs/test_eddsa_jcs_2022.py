from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.errors import BadKeyError, DocumentError
from activitypub.proofs.eddsa_jcs_2022 import check_proof, make_proof, proof_key_id
from activitypub.proofs.jcs import canonicalise
from activitypub.proofs.rsa_signature_2017 import make_signature
from activitypub.signatures.keys import SigningKey, decode_multikey, decode_secret_multikey
from activitypub.verdicts import Refused
from activitypub.vocab.reading import parse_time
from activitypub.vocab.terms import AS2, SECURITY_V1
from tests.activitypub.proofs.documents import (
    ED25519,
    NOW,
    PROTOCOL,
    RSA,
    VECTORS,
    create,
)
from tests.examples import examples

FEATURE = (VECTORS / "fep/fep-8b32.feature").read_text()
UNSIGNED, SIGNED, _, ACTOR = (
    json.loads(text) for text in re.findall(r'"""(.*?)"""', FEATURE, re.DOTALL)
)
ALICE = ED25519["alice"]
ALICE_PUBLIC = ALICE.private.public_key()
W3C = VECTORS / "vc-di-eddsa"


def test_the_proof_of_fep_8b32_is_reproduced() -> None:
    secret = re.search(r'secret key "(z[^"]+)"', FEATURE)
    time = re.search(r'current time "([^"]+)"', FEATURE)
    assert secret is not None
    assert time is not None
    created_at = parse_time(time[1])
    assert created_at is not None
    key = SigningKey(SIGNED["proof"]["verificationMethod"], decode_secret_multikey(secret[1]))
    assert make_proof(UNSIGNED, key, created_at) == SIGNED


def test_the_proof_of_fep_8b32_is_valid() -> None:
    method = ACTOR["assertionMethod"][0]
    assert proof_key_id(SIGNED) == method["id"]
    assert check_proof(SIGNED, decode_multikey(method["publicKeyMultibase"])) is None


def test_the_example_of_the_w3c_is_valid_and_reproduced() -> None:
    signed = json.loads((W3C / "signedJCS.json").read_text())
    pair = json.loads((W3C / "keyPair.json").read_text())
    assert check_proof(signed, decode_multikey(pair["publicKeyMultibase"])) is None
    options = json.loads((W3C / "proofConfigJCS.json").read_text())
    assert canonicalise(options).decode() == (W3C / "proofCanonJCS.txt").read_text()
    unsecured = {name: signed[name] for name in signed if name != "proof"}
    assert canonicalise(unsecured).decode() == (W3C / "canonDocJCS.txt").read_text()
    digest = sha256(canonicalise(unsecured)).hexdigest()
    assert digest == (W3C / "docHashJCS.txt").read_text().strip()
    key = SigningKey(
        options["verificationMethod"], decode_secret_multikey(pair["privateKeyMultibase"])
    )
    created_at = parse_time(options["created"])
    assert created_at is not None
    assert make_proof(unsecured, key, created_at) == signed


PROVEN = [name for name, document in PROTOCOL.items() if "proof" in document]


def test_the_protocol_has_documents_with_proofs() -> None:
    assert {"create_full", "create_single_author", "stamp", "leave"} == set(PROVEN)


@pytest.mark.parametrize("name", PROVEN)
def test_the_proofs_of_the_protocol_are_valid_and_reproduced(name: str) -> None:
    document = PROTOCOL[name]
    by_id = {key.key_id: key for key in ED25519.values()}
    key = by_id[proof_key_id(document) or ""]
    assert check_proof(document, key.private.public_key()) is None
    created_at = parse_time(document["proof"]["created"])
    assert created_at is not None
    unproven = {member: document[member] for member in document if member != "proof"}
    made = make_proof(unproven, key, created_at)
    assert json.dumps(made) == json.dumps(document)


def proven(**changes: Any) -> dict[str, Any]:
    """A document with a proof by Alice, and members of the proof changed afterwards."""
    document = make_proof(create(), ALICE, NOW)
    proof = {**document["proof"], **changes}
    document["proof"] = {name: value for name, value in proof.items() if value is not None}
    return document


def code(document: dict[str, Any], **arguments: Any) -> str | None:
    refused = check_proof(document, ALICE_PUBLIC, **arguments)
    return refused.code if refused is not None else None


def test_what_alice_proves_is_hers() -> None:
    assert code(proven()) is None


def test_it_is_not_bobs() -> None:
    refused = check_proof(proven(), ED25519["bob"].private.public_key())
    assert refused == Refused("bad_proof", "the proof is not by the key it names")


def test_an_rsa_key_neither_makes_nor_checks_a_proof() -> None:
    with pytest.raises(BadKeyError):
        make_proof(create(), RSA, NOW)
    refused = check_proof(proven(), RSA.private.public_key())
    assert refused is not None
    assert refused.code == "wrong_key_kind"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "Ed25519Signature2020"}, "proof_type"),
        ({"type": ["DataIntegrityProof"]}, "proof_type"),
        ({"cryptosuite": "eddsa-rdfc-2022"}, "proof_cryptosuite"),
        ({"proofPurpose": "authentication"}, "proof_purpose"),
        ({"verificationMethod": None}, "proof_key_id"),
        ({"verificationMethod": {"id": "https://a.example/#k"}}, "proof_key_id"),
        ({"previousProof": "urn:uuid:1"}, "proof_chain"),
        ({"created": None}, "proof_created"),
        ({"created": "yesterday"}, "proof_created"),
        ({"created": 5}, "proof_created"),
        ({"expires": "tomorrow"}, "proof_expires"),
        ({"proofValue": None}, "proof_value"),
        ({"proofValue": "u" + "A" * 86}, "proof_value"),
        ({"proofValue": "z" + "0" * 87}, "proof_value"),
        ({"proofValue": "z" + "2" * 100_000}, "proof_value"),
        ({"proofValue": "z" + "2" * 87 + "\n"}, "proof_value"),
        ({"proofValue": "z" + "2" * 70}, "bad_proof"),
        ({"proofValue": "z" + "1" * 64}, "bad_proof"),
        ({"@context": AS2}, "proof_context"),
        ({"@context": [AS2, {"x": 1}]}, "proof_context"),
        ({"@context": None}, "bad_proof"),
        ({"domain": "b.example"}, "bad_proof"),
        ({"domain": float("nan")}, "no_canonical_form"),
        ({"created": "2026-11-22T10:00:01Z"}, "bad_proof"),
        ({"verificationMethod": "https://a.example/#other"}, "bad_proof"),
    ],
)
def test_a_proof_that_is_not_as_it_must_be_is_refused(
    changes: dict[str, Any], expected: str
) -> None:
    assert code(proven(**changes)) == expected


@pytest.mark.parametrize("proof", [[], "proof", 5, [proven()["proof"]], [{}, {}]])
def test_a_proof_that_is_not_one_object_is_refused(proof: Any) -> None:
    document = {**create(), "proof": proof}
    assert code(document) == "proof_not_single"
    assert proof_key_id(document) is None


def test_a_document_without_proof_is_refused() -> None:
    assert code(create()) == "no_proof"
    assert proof_key_id(create()) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(actor="https://c.example/users/mallory"),
        lambda document: document.update(extra=1),
        lambda document: document.pop("cc"),
        lambda document: document["object"].update(content="<p>false</p>"),
        lambda document: document["object"]["coAuthors"].reverse(),
        lambda document: document["object"]["attachment"][0].update(width=True),
    ],
)
def test_a_changed_document_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(json.dumps(proven()))
    change(document)
    assert code(document) == "bad_proof"


def test_a_number_written_otherwise_is_the_same_number() -> None:
    document = json.loads(json.dumps(proven()).replace("640", "640.0"))
    assert code(document) is None


def test_an_ld_signature_added_later_does_not_matter() -> None:
    signed = make_signature(proven(), RSA, NOW)
    assert signed["@context"][-1] == SECURITY_V1
    assert code(signed) is None
    # What was there when the proof was made is left out all the same.
    assert code(make_proof(signed, ALICE, NOW)) is None


@pytest.mark.parametrize(
    "added",
    [
        {"content": "https://c.example/#other"},
        "https://c.example/context",
        ["https://w3id.org/security/v1"],
    ],
)
def test_an_unsigned_context_that_we_do_not_know_is_refused(added: Any) -> None:
    document = proven()
    document["@context"] = [*document["@context"], added]
    assert code(document) == "proof_context"


@pytest.mark.parametrize(
    "context",
    [None, [], AS2, [SECURITY_V1, AS2], [AS2], {"x": float("nan")}],
)
def test_a_context_that_does_not_begin_with_the_proofs_is_refused(context: Any) -> None:
    document = proven()
    document["@context"] = context
    assert code(document) == "proof_context"
    del document["@context"]
    assert code(document) == "proof_context"


def test_a_document_without_context_can_be_proven() -> None:
    document = {name: value for name, value in create().items() if name != "@context"}
    made = make_proof(document, ALICE, NOW)
    assert "@context" not in made["proof"]
    assert code(made) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW - 3_600_000, None),
        (NOW - 3_600_001, "proof_from_future"),
        (NOW + 10**12, None),
    ],
)
def test_a_proof_from_the_future_is_refused(now: int, expected: str | None) -> None:
    assert code(proven(), now=now) == expected


def test_an_expired_proof_is_refused() -> None:
    document = proven(expires="2026-11-22T11:00:00Z")
    assert code(document, now=NOW + 7_200_001) == "proof_expired"
    assert code(document, now=NOW) == "bad_proof"


def test_what_has_no_canonical_form_is_not_proven() -> None:
    with pytest.raises(DocumentError):
        make_proof({"id": float("inf")}, ALICE, NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
MEMBERS = ["@context", "type", "cryptosuite", "verificationMethod", "proofPurpose", "created"]


@settings(max_examples=examples(200), deadline=None)
@given(
    st.dictionaries(st.sampled_from([*MEMBERS, "proofValue", "expires", "x"]), JSON, min_size=1),
    st.dictionaries(st.sampled_from(["@context", "id", "x", "signature"]), JSON),
)
def test_no_proof_and_no_document_break_the_check(
    proof: dict[str, Any], members: dict[str, Any]
) -> None:
    base = proven()
    document = {**base, **members, "proof": {**base["proof"], **proof}}
    refused = check_proof(document, ALICE_PUBLIC, now=NOW)
    if refused is None:
        # Only what is not covered, or is the same again, may differ.
        assert canonicalise(document["proof"]) == canonicalise(base["proof"])


@settings(deadline=None)
@given(JSON)
def test_no_value_in_place_of_a_proof_breaks_the_check(value: Any) -> None:
    document = {**create(), "proof": value}
    assert isinstance(check_proof(document, ALICE_PUBLIC), Refused)
    proof_key_id(document)
