"""What a token lets an app do: OAuth scopes as Mastodon names them.

A scope without a part covers all its parts: ``read`` is also ``read:statuses``. ``follow`` is the
old name of everything about follows, blocks and mutes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

DEFAULT: Final = "read"
"""Of an app or a request that names none."""
LONGEST: Final = 1_000

_READ: Final = (
    "accounts",
    "blocks",
    "bookmarks",
    "favourites",
    "filters",
    "follows",
    "lists",
    "mutes",
    "notifications",
    "search",
    "statuses",
)
_WRITE: Final = (
    "accounts",
    "blocks",
    "bookmarks",
    "conversations",
    "favourites",
    "filters",
    "follows",
    "lists",
    "media",
    "mutes",
    "notifications",
    "reports",
    "statuses",
)
_PARTS: Final[Mapping[str, frozenset[str]]] = {
    "read": frozenset(f"read:{part}" for part in _READ),
    "write": frozenset(f"write:{part}" for part in _WRITE),
    "follow": frozenset(
        f"{verb}:{part}" for verb in ("read", "write") for part in ("blocks", "follows", "mutes")
    ),
}
ALL: Final[tuple[str, ...]] = (
    "read",
    *sorted(_PARTS["read"]),
    "write",
    *sorted(_PARTS["write"]),
    "follow",
    "push",
    "profile",
)
"""Every scope there is. Nothing here can be administered by an app, so there is none for it."""
_KNOWN: Final = frozenset(ALL)


def read_scopes(text: str) -> tuple[str, ...]:
    """The scopes of a text, each once, in the order given. They need not exist."""
    return tuple(dict.fromkeys(text.replace("+", " ").split()))


def unknown(scopes: Iterable[str]) -> tuple[str, ...]:
    """Those that do not exist."""
    return tuple(scope for scope in scopes if scope not in _KNOWN)


def allows(scopes: Collection[str], needed: str) -> bool:
    """Whether somebody with these scopes may do what needs ``needed``."""
    return needed in scopes or any(needed in _PARTS.get(scope, ()) for scope in scopes)


def within(wanted: Iterable[str], granted: Collection[str]) -> bool:
    """Whether nobody gains anything by ``wanted`` who has ``granted``."""
    return all(allows(granted, scope) for scope in wanted)
