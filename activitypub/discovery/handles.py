"""Handles: ``@bob@b.example`` as people write them, ``acct:`` URIs as machines do (RFC 7565)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from activitypub.errors import DocumentError
from activitypub.vocab.reading import host_of

_HANDLE = re.compile(r"(?:acct:|@)?([^@\s/:?#\\]{1,128})@([^@\s/?#\\]{1,253})", re.IGNORECASE)
_USERNAME = re.compile(r"\w(?:[\w.-]{0,126}\w)?")


@dataclass(frozen=True, slots=True)
class Handle:
    """A user name and its host, ``host`` lower-case ASCII with the port if it is not 443."""

    username: str
    host: str

    @property
    def acct(self) -> str:
        return f"{self.username}@{self.host}"

    @property
    def resource(self) -> str:
        return f"acct:{self.username}@{self.host}"

    def same_as(self, other: Handle) -> bool:
        """Whether both name one account: user names are compared without case, as Mastodon does."""
        return self.host == other.host and self.username.casefold() == other.username.casefold()


def is_username(value: str) -> bool:
    """Whether ``value`` can stand before the ``@``: word characters, dots and hyphens inside.

    Misskey's rule, word characters of every script included; at most 128.
    """
    return _USERNAME.fullmatch(value) is not None


def parse_handle(value: str) -> Handle:
    """``@bob@b.example``, ``bob@b.example:8000`` or ``acct:bob@b.example``; else DocumentError."""
    match = _HANDLE.fullmatch(value.strip()) if len(value) < 512 else None
    host = host_of(f"https://{match[2]}") if match is not None else None
    if match is None or host is None or not is_username(match[1]):
        raise DocumentError("not a handle")
    return Handle(match[1], host)
