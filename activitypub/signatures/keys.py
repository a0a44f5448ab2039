"""Keys: generating, loading, and their two public forms, PEM and Multikey."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, TypeGuard

import base58
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from activitypub.errors import BadKeyError

KeyKind = Literal["rsa", "ed25519"]
PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKey = RSAPublicKey | Ed25519PublicKey

RSA_BITS: Final = 2048
"""What we generate: some peers take nothing longer, and its signature is our cost per delivery."""

_MIN_RSA_BITS: Final = 2048
_MAX_RSA_BITS: Final = 8192  # a longer key would make verifying the attacker's lever
_MAX_KEY_TEXT: Final = 4096

# Multicodec prefixes as unsigned varints: 0xed, 0x1205, 0x1300.
_ED25519_PUBLIC: Final = b"\xed\x01"
_RSA_PUBLIC: Final = b"\x85\x24"
_ED25519_SECRET: Final = b"\x80\x26"


def generate_rsa() -> str:
    """A new RSA key as PKCS #8 PEM (43 ms)."""
    return _private_pem(rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))


def generate_ed25519() -> str:
    """A new Ed25519 key as PKCS #8 PEM."""
    return _private_pem(Ed25519PrivateKey.generate())


def _private_pem(private: PrivateKey) -> str:
    octets = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return octets.decode("ascii")


@lru_cache(maxsize=4096)
def load_private(pem: str) -> PrivateKey:
    """One of our own keys from its PEM. Raises ``BadKeyError``.

    The key is not checked for consistency: that costs 35 ms, and we made it.
    """
    try:
        private = load_pem_private_key(
            pem.encode("ascii"), password=None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The library's text may quote the key, so it goes nowhere.
        raise BadKeyError("a private key cannot be read") from None
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise BadKeyError("a private key is neither RSA nor Ed25519")
    return private


def load_public(kind: KeyKind, public: str) -> PublicKey:
    """A key from an actor document. Raises ``BadKeyError``.

    ``public`` is a PEM (SubjectPublicKeyInfo or PKCS #1, line breaks may have become spaces) or a
    Multikey; ``kind`` says what it must turn out to be. RSA keys have 2,048 to 8,192 bits.
    """
    if len(public) > _MAX_KEY_TEXT:
        raise BadKeyError("a public key is too long")
    key = decode_multikey(public) if public.startswith("z") else _load_public_pem(public)
    if kind_of(key) != kind:
        raise BadKeyError("a public key is not of the kind announced")
    return key


_PEM: Final = re.compile(
    r"\s*-----BEGIN ((?:RSA )?PUBLIC KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*"
)


def _load_public_pem(pem: str) -> PublicKey:
    match = _PEM.fullmatch(pem)
    if match is None:
        raise BadKeyError("a public key is not PEM")
    body = "".join(match[2].split())
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    normal = f"-----BEGIN {match[1]}-----\n{lines}\n-----END {match[1]}-----\n"
    try:
        key = load_pem_public_key(normal.encode("ascii"))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKeyError("a public key cannot be read", detail=str(error)) from None
    return _usable(key)


def _usable(key: object) -> PublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if not isinstance(key, RSAPublicKey):
        raise BadKeyError("a public key is neither RSA nor Ed25519")
    if not _MIN_RSA_BITS <= key.key_size <= _MAX_RSA_BITS:
        raise BadKeyError("an RSA key is too short or too long", detail=f"{key.key_size} bits")
    return key


def public_pem(public: PublicKey) -> str:
    """``publicKeyPem`` of an actor document."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def encode_multikey(public: PublicKey) -> str:
    """``publicKeyMultibase`` of a ``Multikey`` (FEP-521a): ``z6Mk…`` or ``z4MX…``."""
    if isinstance(public, Ed25519PublicKey):
        octets = _ED25519_PUBLIC + public.public_bytes_raw()
    else:
        octets = _RSA_PUBLIC + public.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return "z" + base58.b58encode(octets).decode("ascii")


def decode_multikey(text: str) -> PublicKey:
    """The key in a ``publicKeyMultibase`` (FEP-521a). Raises ``BadKeyError``."""
    octets = _decode_base58btc(text)
    prefix, rest = octets[:2], octets[2:]
    try:
        if prefix == _ED25519_PUBLIC:
            return Ed25519PublicKey.from_public_bytes(rest)
        if prefix == _RSA_PUBLIC:
            return _usable(load_der_public_key(rest))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKeyError("a multikey cannot be read", detail=str(error)) from None
    raise BadKeyError("a multikey is neither RSA nor Ed25519")


def decode_secret_multikey(text: str) -> Ed25519PrivateKey:
    """The Ed25519 key in a ``secretKeyMultibase``. Raises ``BadKeyError``."""
    octets = _decode_base58btc(text)
    if octets[:2] != _ED25519_SECRET or len(octets) != 34:
        raise BadKeyError("a secret multikey is not Ed25519")
    return Ed25519PrivateKey.from_private_bytes(octets[2:])


_BASE58: Final = re.compile(r"z[1-9A-HJ-NP-Za-km-z]+")


def _decode_base58btc(text: str) -> bytes:
    # Base 58 decodes in quadratic time, and the library skips white space.
    if len(text) > _MAX_KEY_TEXT or _BASE58.fullmatch(text) is None:
        raise BadKeyError("a multikey is not base58btc")
    return bytes(base58.b58decode(text[1:]))


def kind_of(key: PublicKey | PrivateKey) -> KeyKind:
    """Which kind a loaded key is."""
    return "rsa" if isinstance(key, RSAPublicKey | RSAPrivateKey) else "ed25519"


def is_key_kind(text: str) -> TypeGuard[KeyKind]:
    """Whether ``text`` names a kind of key, for values that come from a store."""
    return text in ("rsa", "ed25519")


_KEY_ID: Final = re.compile(r"[!#-\[\]-~]{1,2048}")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One of our keys and the id under which others find its public half.

    Raises ``BadKeyError`` for an id that could not stand in a header as it is.
    """

    key_id: str
    private: PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if _KEY_ID.fullmatch(self.key_id) is None:
            raise BadKeyError("a key id has characters that no header may hold")

    @property
    def kind(self) -> KeyKind:
        return kind_of(self.private)

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(data)


def verifies(public: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` over ``data`` is by ``public``, with the one algorithm of its kind."""
    try:
        if isinstance(public, RSAPublicKey):
            public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            public.verify(signature, data)
    except InvalidSignature:
        return False
    return True
