"""One-time codes by time (RFC 6238, with what all authenticator apps know: SHA-1, 6 digits, 30 s).

Our own twenty lines: pyotp says whether a code fits but not which step it was of, and that must be
remembered, or a code that somebody read over a shoulder is good a second time.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from typing import Final
from urllib.parse import quote, urlencode

STEP_MS: Final = 30_000
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps that a clock may be ahead or behind."""


def make_secret() -> str:
    """A new secret of 160 bits, in base32 without padding (RFC 4226, 4)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226, 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: str, code: str, now: int) -> int | None:
    """The step whose code this is, near ``now`` (ms); None for none."""
    here = now // STEP_MS
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode("utf-8", "replace")):
            found = step
    return found


def address(secret: str, account: str, issuer: str) -> str:
    """What an authenticator app reads from the picture (``otpauth:``)."""
    label = quote(f"{issuer}:{account}", safe="@")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"
