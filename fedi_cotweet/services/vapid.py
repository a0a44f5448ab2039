"""Who pushes: the key pair by which push services know this server (RFC 8292).

Apps are given the public key when they register, and subscribe with it: pushes of anybody else are
refused then. So it is made once and stays; with another one all apps would have to subscribe again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from fedi_cotweet.domain.limits import HOUR, SECOND
from fedi_cotweet.services.push_encryption import decode, encode, point_of
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.queries import facts

LASTS: Final = 12 * HOUR
"""How long a signature is good: 24 hours are the most there may be, and clocks differ."""
_FACT: Final = "vapid"


@dataclass(frozen=True, slots=True)
class Vapid:
    """The pair; ``public`` as apps get it."""

    private: ec.EllipticCurvePrivateKey
    public: str


def held(tx: Tx) -> Vapid | None:
    """This server's pair, None if it has none yet."""
    found = facts.fact(tx, _FACT)
    return None if found is None else _read(found)


def ensure(tx: Tx) -> Vapid:
    """This server's pair, made now if there is none."""
    found = facts.fact(tx, _FACT)
    if found is None:
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        made = {"private": encode(number.to_bytes(32, "big"))}
        found = facts.remember_first(tx, _FACT, made)
    return _read(found)


async def server_key(site: Site) -> str:
    """The public key, for an app."""
    found = await site.read(held)
    return (await site.write(ensure) if found is None else found).public


def audience_of(endpoint: str) -> str:
    """The origin of a push service."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}".lower()


def sign(pair: Vapid, endpoint: str, subject: str, now: int) -> str:
    """A token (JWT) that says who pushes, for this push service only.

    ``subject`` is where its operator reaches ours: ``mailto:`` or ``https:``.
    """
    claims = {"aud": audience_of(endpoint), "exp": (now + LASTS) // SECOND, "sub": subject}
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(encode(orjson.dumps(part)) for part in (head, claims))
    r, s = decode_dss_signature(pair.private.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _read(found: dict[str, str]) -> Vapid:
    number = int.from_bytes(decode(found["private"]), "big")
    private = ec.derive_private_key(number, ec.SECP256R1())
    return Vapid(private, encode(point_of(private)))
