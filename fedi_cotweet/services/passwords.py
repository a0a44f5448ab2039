"""Passwords: Argon2id (RFC 9106) with the parameters OWASP gives as its minimum.

All of this takes tens of milliseconds and 19 MiB: call it in a thread.
"""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError

SHORTEST = 8
LONGEST = 1_000

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""How they are hashed; ``NOBODY`` is as dear."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the characters that look like others."""

NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "ymEsJOkqWl1nBkfOczTrmw$oy5BHY1IbcUDxKM8SbIAngHtlENXbpe+nlR6Z+lv5P8"
)
"""The hash of something nobody knows: checked for unknown names, so that they take as long."""


def check_new_password(password: str) -> None:
    """Refuse what is too short to protect anything, or too long to be a password."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ServiceError(
            "bad_password",
            422,
            say("A password has {shortest} to {most} characters.", shortest=SHORTEST, most=LONGEST),
            "Choose a longer one, or leave it out to have one made.",
        )


def make_password() -> str:
    """A new password of 99 bits, in groups that can be read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """What is stored."""
    return HASHER.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` belongs to the stored hash; as slow when there is none (None)."""
    try:
        HASHER.verify(stored or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
