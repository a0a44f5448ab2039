"""Pushes are encrypted as the specifications say, to the octet."""

from __future__ import annotations

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fedi_cotweet.services import push_encryption
from fedi_cotweet.services.push_encryption import BadKeysError, Once, decode, encode

UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
UA_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode(text), "big"), ec.SECP256R1())


def test_the_example_of_rfc_8291() -> None:
    once = Once(
        _private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), decode("DGv6ra1nlYgDCS1FRnbzlw")
    )
    recipient = push_encryption.read_recipient(UA_PUBLIC, AUTH)
    text = b"When I grow up, I want to be a watermelon"
    sealed = push_encryption.seal(text, recipient, standard=True, once=once)
    assert encode(sealed.body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
        "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy"
        "4a-fN"
    )
    assert (sealed.headers, sealed.crypto_key) == ({"Content-Encoding": "aes128gcm"}, None)


def test_the_example_of_the_draft() -> None:
    """Of draft-ietf-httpbis-encryption-encoding-02, which was still so two versions later."""
    once = Once(
        _private("nCScek-QpEjmOOlT-rQ38nZzvdPlqa00Zy0i6m2OJvY"), decode("lngarbyKfMoi9Z75xYXmkg")
    )
    recipient = push_encryption.read_recipient(
        "BCEkBjzL8Z3C-oi2Q7oE5t2Np-p7osjGLg93qUP0wvqRT21EEWyf0cQDQcakQMqz4hQKYOQ3il2nNZct4HgAUQU",
        "R29vIGdvbyBnJyBqb29iIQ",
    )
    sealed = push_encryption.seal(b"I am the walrus", recipient, standard=False, once=once)
    assert encode(sealed.body) == "6nqAQUME8hNqw5J3kl8cpVVJylXKYqZOeseZG8UueKpA"
    assert sealed.headers == {
        "Content-Encoding": "aesgcm",
        "Encryption": "salt=lngarbyKfMoi9Z75xYXmkg",
    }
    assert sealed.crypto_key == (
        "dh=BNoRDbb84JGm8g5Z5CFxurSqsXWJ11ItfXEWYVLE85Y7CYkDjXsIEc4aqxYaQ1G8BqkXCJ6DPpDrWtdWj_mugHU"
    )


@pytest.mark.parametrize("standard", [True, False])
@pytest.mark.parametrize("length", [1, push_encryption.MOST_OCTETS])
def test_another_implementation_reads_it_and_push_services_take_its_size(
    length: int, *, standard: bool
) -> None:
    ours, auth, text = _private(UA_PRIVATE), decode(AUTH), b"x" * length
    recipient = push_encryption.read_recipient(UA_PUBLIC, AUTH)
    sealed = push_encryption.seal(text, recipient, standard=standard)
    assert len(sealed.body) <= 4096
    if standard:
        read = http_ece.decrypt(
            sealed.body, private_key=ours, auth_secret=auth, version="aes128gcm"
        )
    else:
        assert sealed.crypto_key is not None
        read = http_ece.decrypt(
            sealed.body,
            salt=decode(sealed.headers["Encryption"].removeprefix("salt=")),
            private_key=ours,
            dh=decode(sealed.crypto_key.removeprefix("dh=")),
            auth_secret=auth,
            version="aesgcm",
        )
    assert read == text


def test_no_two_messages_are_alike() -> None:
    recipient = push_encryption.read_recipient(UA_PUBLIC, AUTH)
    assert len({push_encryption.seal(b"x", recipient, standard=True).body for _ in range(3)}) == 3


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        ("?" * 87, AUTH),
        (encode(b"\x04" + bytes(64)), AUTH),
        (encode(decode(UA_PUBLIC)[:33]), AUTH),
        (encode(b"\x02" + decode(UA_PUBLIC)[1:33]), AUTH),
        ("ключ", AUTH),
        (UA_PUBLIC, ""),
        (UA_PUBLIC, encode(bytes(15))),
    ],
)
def test_what_is_no_key_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(BadKeysError):
        push_encryption.read_recipient(p256dh, auth)


def test_keys_come_in_either_alphabet() -> None:
    plain = UA_PUBLIC.replace("-", "+").replace("_", "/") + "="
    assert push_encryption.read_recipient(plain, f"{AUTH}==").point == decode(UA_PUBLIC)
