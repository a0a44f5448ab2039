"""What scopes let an app do, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.scopes import allows

_SEE: Final[Mapping[str, str]] = {
    "accounts": "profiles, and yours",
    "blocks": "whom you block",
    "bookmarks": "your bookmarks",
    "favourites": "what you like",
    "filters": "your filters",
    "follows": "whom you follow, and who asks to follow you",
    "lists": "your lists",
    "mutes": "whom you mute",
    "notifications": "your notifications",
    "search": "what a search finds for you",
    "statuses": "posts for you, direct messages among them",
}
_CHANGE: Final[Mapping[str, str]] = {
    "accounts": "your profile",
    "blocks": "whom you block",
    "bookmarks": "your bookmarks",
    "conversations": "which conversations you have read",
    "favourites": "what you like",
    "filters": "your filters",
    "follows": "whom you follow, and who may follow you",
    "lists": "your lists",
    "media": "files, by uploading them",
    "mutes": "whom you mute",
    "notifications": "your notifications, by dismissing them",
    "reports": "reports to moderators, by sending them",
    "statuses": "posts: write, edit and delete them in your name",
}
_WHOLE: Final[Mapping[str, tuple[str, str]]] = {
    "read": (
        "See everything in your account",
        "posts for you, direct messages, notifications, lists, whom you follow and block",
    ),
    "write": (
        "Act in your name",
        "write and delete posts, upload files, follow, block, change your profile",
    ),
    "follow": ("See and change whom you follow, block and mute", ""),
    "push": ("Send your notifications to your device", ""),
    "profile": ("See your name, address and picture", ""),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """One line for a person; ``scope`` is its name."""

    scope: str
    title: str
    details: str
    acts: bool
    """Whether it changes anything."""


def scope_words(scopes: Sequence[str]) -> tuple[Permission, ...]:
    """A line for each scope that no other one of them covers."""
    return tuple(
        _permission(scope)
        for scope in scopes
        if not any(other != scope and allows((other,), scope) for other in scopes)
    )


def _permission(scope: str) -> Permission:
    if scope in _WHOLE:
        title, details = _WHOLE[scope]
        return Permission(scope, title, details, scope in ("write", "follow"))
    verb, _, part = scope.partition(":")
    if verb == "read":
        return Permission(scope, f"See {_SEE[part]}", "", False)
    return Permission(scope, f"Change {_CHANGE[part]}", "", True)
