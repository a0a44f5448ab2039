"""Messages that only one app can read, whoever carries them.

Two codings: that of RFC 8291, and the draft before it (draft-ietf-webpush-encryption-04), which
apps for Mastodon read unless they say otherwise. Each message has a key pair and a salt of its own.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MOST_OCTETS: Final = 3_993
"""Of a message: with all that is added, push services need not take more than 4096 (RFC 8030)."""
POINT_OCTETS: Final = 65
AUTH_OCTETS: Final = 16
_RECORD: Final = 4096


class BadKeysError(ValueError):
    """An app's keys are none."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An app's public key on P-256, as a point, and the secret that it shares with us."""

    point: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message as it is sent. ``crypto_key`` is the part of that header which is about it."""

    body: bytes
    headers: Mapping[str, str]
    crypto_key: str | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """What is new for each message."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    salt: bytes = field(default_factory=lambda: os.urandom(16))


def read_recipient(p256dh: str, auth: str) -> Recipient:
    """The keys that an app gave, in base64 of either alphabet. Raises ``BadKeysError``."""
    try:
        recipient = Recipient(decode(p256dh), decode(auth))
        _public(recipient)
    except ValueError as error:
        raise BadKeysError("not a point on P-256") from error
    if len(recipient.auth) != AUTH_OCTETS:
        raise BadKeysError("not a secret of 16 octets")
    return recipient


def seal(text: bytes, recipient: Recipient, *, standard: bool, once: Once | None = None) -> Sealed:
    """The message for the app alone. ``once`` is for tests."""
    once = Once() if once is None else once
    return (_seal if standard else _seal_as_before)(text, recipient, once)


def decode(text: str) -> bytes:
    """Octets of base64 in either alphabet, with padding or without. ``ValueError``: it is none."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error


def encode(octets: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public key of a pair, uncompressed."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _seal(text: bytes, recipient: Recipient, once: Once) -> Sealed:
    ours = point_of(once.private)
    shared = once.private.exchange(ec.ECDH(), _public(recipient))
    about = b"WebPush: info\0" + recipient.point + ours
    secret = _derive(shared, recipient.auth, about, 32)
    key = _derive(secret, once.salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, once.salt, b"Content-Encoding: nonce\0", 12)
    head = once.salt + _RECORD.to_bytes(4, "big") + bytes((len(ours),)) + ours
    # The octet after the text says that this record is the last one (RFC 8188 2).
    body = head + AESGCM(key).encrypt(nonce, text + b"\x02", None)
    return Sealed(body, {"Content-Encoding": "aes128gcm"})


def _seal_as_before(text: bytes, recipient: Recipient, once: Once) -> Sealed:
    ours = point_of(once.private)
    shared = once.private.exchange(ec.ECDH(), _public(recipient))
    secret = _derive(shared, recipient.auth, b"Content-Encoding: auth\0", 32)
    both = b"".join(len(point).to_bytes(2, "big") + point for point in (recipient.point, ours))
    context = b"P-256\0" + both
    key = _derive(secret, once.salt, b"Content-Encoding: aesgcm\0" + context, 16)
    nonce = _derive(secret, once.salt, b"Content-Encoding: nonce\0" + context, 12)
    # The two octets before the text say how much padding there is.
    body = AESGCM(key).encrypt(nonce, b"\0\0" + text, None)
    headers = {"Content-Encoding": "aesgcm", "Encryption": f"salt={encode(once.salt)}"}
    return Sealed(body, headers, f"dh={encode(ours)}")


def _public(recipient: Recipient) -> ec.EllipticCurvePublicKey:
    if len(recipient.point) != POINT_OCTETS:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient.point)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
