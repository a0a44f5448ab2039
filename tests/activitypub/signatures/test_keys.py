from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.errors import BadKeyError
from activitypub.signatures.keys import (
    KeyKind,
    SigningKey,
    decode_multikey,
    decode_secret_multikey,
    encode_multikey,
    generate_ed25519,
    generate_rsa,
    is_key_kind,
    kind_of,
    load_private,
    load_public,
    public_pem,
    verifies,
)
from tests.activitypub.signatures.letters import VECTORS

FEATURE = (VECTORS / "fep/fep-521a.feature").read_text()
HEX_KEYS = re.findall(r'hex string "([0-9a-f]+)"', FEATURE)
MULTIKEYS: list[Any] = [
    json.loads(found) for found in re.findall(r'"""(.*?)"""', FEATURE, re.DOTALL)
]


def test_the_ed25519_multikey_of_fep_521a_is_read_and_written() -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(HEX_KEYS[0]))
    multikey = MULTIKEYS[0]["publicKeyMultibase"]
    assert encode_multikey(key) == multikey
    assert decode_multikey(multikey) == key


def test_the_rsa_multikey_of_fep_521a_is_read_and_written() -> None:
    key = load_der_public_key(bytes.fromhex(HEX_KEYS[1]))
    assert isinstance(key, RSAPublicKey)
    multikey = MULTIKEYS[1]["publicKeyMultibase"]
    assert encode_multikey(key) == multikey
    assert decode_multikey(multikey) == key


def test_a_generated_key_signs_and_its_public_forms_verify() -> None:
    for pem, kind in ((generate_rsa(), "rsa"), (generate_ed25519(), "ed25519")):
        private = load_private(pem)
        assert kind_of(private) == kind
        assert is_key_kind(kind)
        signature = SigningKey("https://a.example/#k", private).sign(b"text")
        for public in (public_pem(private.public_key()), encode_multikey(private.public_key())):
            loaded = load_public(kind, public)
            assert verifies(loaded, signature, b"text")
            assert not verifies(loaded, signature, b"texts")
            assert not verifies(loaded, b"", b"text")


def test_loading_a_private_key_is_not_slow() -> None:
    pem = generate_rsa()
    load_private.cache_clear()
    start = time.process_time()
    load_private(pem)
    assert time.process_time() - start < 0.015


def test_a_pem_whose_line_breaks_became_spaces_is_read() -> None:
    actor = json.loads((VECTORS / "ld-signatures/actor.json").read_text())
    key = load_public("rsa", actor["publicKey"]["publicKeyPem"])
    assert kind_of(key) == "rsa"


def test_a_pkcs1_pem_is_read() -> None:
    public = load_private(generate_rsa()).public_key()
    assert isinstance(public, RSAPublicKey)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert load_public("rsa", pem) == public


def _short_rsa() -> str:
    # The library refuses to sign with keys this short, but attackers do not use it.
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return public_pem(key.public_key())


def _elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    ("kind", "public"),
    [
        ("rsa", ""),
        ("rsa", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"),
        ("rsa", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("rsa", "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("rsa", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("rsa", "A" * 10_000),
        ("rsa", _short_rsa()),
        ("rsa", _elliptic()),
        ("rsa", MULTIKEYS[0]["publicKeyMultibase"]),
        ("ed25519", MULTIKEYS[1]["publicKeyMultibase"]),
        ("ed25519", "z"),
        ("ed25519", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do"),
        ("ed25519", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do0"),
        ("ed25519", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK\n"),
        ("ed25519", "z" + "2" * 5000),
        ("ed25519", "m7QEub8zmcB3HkUiODQsXRcweM6TByfzEHGO9ND27vglw5g"),
        ("ed25519", "zé"),
    ],
)
def test_a_public_key_that_is_none_is_refused(kind: KeyKind, public: str) -> None:
    with pytest.raises(BadKeyError):
        load_public(kind, public)


@settings(deadline=None)
@given(st.text() | st.text("z6Mkh4X123", min_size=1).map(lambda text: "z" + text))
def test_no_text_breaks_the_reading_of_keys(public: str) -> None:
    with pytest.raises(BadKeyError):
        load_public("rsa", public)


@pytest.mark.parametrize(
    "pem", ["", "no", "é", _elliptic(), public_pem(load_private(generate_ed25519()).public_key())]
)
def test_a_private_key_that_is_none_is_refused_without_being_quoted(pem: str) -> None:
    with pytest.raises(BadKeyError) as caught:
        load_private(pem)
    assert caught.value.detail == ""


def test_a_private_key_of_another_kind_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(BadKeyError):
        load_private(pem)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        MULTIKEYS[0]["publicKeyMultibase"],
        "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjx",
    ],
)
def test_a_secret_multikey_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadKeyError):
        decode_secret_multikey(text)


@pytest.mark.parametrize("key_id", ["", 'a"b', "a b", "a\nb", "a\\b", "é", "x" * 3000])
def test_a_key_id_that_could_break_a_header_is_refused(key_id: str) -> None:
    with pytest.raises(BadKeyError):
        SigningKey(key_id, load_private(generate_ed25519()))


def test_a_signing_key_does_not_print_its_secret() -> None:
    private = load_private(generate_rsa())
    assert isinstance(private, RSAPrivateKey)
    assert (
        repr(SigningKey("https://a.example/#k", private))
        == "SigningKey(key_id='https://a.example/#k')"
    )
