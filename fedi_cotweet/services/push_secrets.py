"""Copies of access tokens, of which otherwise only hashes are kept.

A push says for whom it is by the app's own access token: apps with several accounts know it by
nothing else. So a subscription holds a copy for as long as it lasts, under a key that is in a file
beside the database. Who gets hold of the database, or of a backup of it, has no token by that; who
has the file besides has.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fedi_cotweet.services.push_encryption import decode, encode

FILE: Final = "push.key"
_NONCE: Final = 12


@lru_cache(maxsize=64)
def sealing_key(data: Path) -> bytes:
    """The key in this data folder; made if there is none, readable by its owner only."""
    path = data / FILE
    with contextlib.suppress(FileExistsError):
        # Under another name first: who finds the file finds all of it.
        begun = data / f".{FILE}.{secrets.token_hex(4)}"
        if not path.exists():
            descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
            try:
                os.link(begun, path)
            finally:
                begun.unlink()
    return path.read_bytes()


def seal(key: bytes, token: str, token_id: int) -> str:
    """A token, so that it can only be read with the key, and for the row with this id."""
    nonce = os.urandom(_NONCE)
    return encode(nonce + AESGCM(key).encrypt(nonce, token.encode(), str(token_id).encode()))


def unseal(key: bytes, sealed: str, token_id: int) -> str | None:
    """The token; None: another key was in the file then."""
    octets = decode(sealed)
    try:
        found = AESGCM(key).decrypt(octets[:_NONCE], octets[_NONCE:], str(token_id).encode())
    except InvalidTag:
        return None
    return found.decode()
