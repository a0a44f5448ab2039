"""What scopes let an app do, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.scopes import allows
from fedi_cotweet.languages.wording import mark, said

_SEE: Final[Mapping[str, str]] = {
    "accounts": mark("See profiles, and yours"),
    "blocks": mark("See whom you block"),
    "bookmarks": mark("See your bookmarks"),
    "favourites": mark("See what you like"),
    "filters": mark("See your filters"),
    "follows": mark("See whom you follow, and who asks to follow you"),
    "lists": mark("See your lists"),
    "mutes": mark("See whom you mute"),
    "notifications": mark("See your notifications"),
    "search": mark("See what a search finds for you"),
    "statuses": mark("See posts for you, direct messages among them"),
}
_CHANGE: Final[Mapping[str, str]] = {
    "accounts": mark("Change your profile"),
    "blocks": mark("Change whom you block"),
    "bookmarks": mark("Change your bookmarks"),
    "conversations": mark("Note which conversations you have read"),
    "favourites": mark("Change what you like"),
    "filters": mark("Change your filters"),
    "follows": mark("Change whom you follow, and who may follow you"),
    "lists": mark("Change your lists"),
    "media": mark("Upload files"),
    "mutes": mark("Change whom you mute"),
    "notifications": mark("Dismiss your notifications"),
    "reports": mark("Send reports to moderators"),
    "statuses": mark("Write, edit and delete posts in your name"),
}
_WHOLE: Final[Mapping[str, tuple[str, str]]] = {
    "read": (
        mark("See everything in your account"),
        mark("posts for you, direct messages, notifications, lists, whom you follow and block"),
    ),
    "write": (
        mark("Act in your name"),
        mark("write and delete posts, upload files, follow, block, change your profile"),
    ),
    "follow": (mark("See and change whom you follow, block and mute"), ""),
    "push": (mark("Send your notifications to your device"), ""),
    "profile": (mark("See your name, address and picture"), ""),
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
        return Permission(scope, said(title), said(details), scope in ("write", "follow"))
    verb, _, part = scope.partition(":")
    if verb == "read":
        return Permission(scope, said(_SEE[part]), "", False)
    return Permission(scope, said(_CHANGE[part]), "", True)
