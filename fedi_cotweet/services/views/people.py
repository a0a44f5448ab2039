"""People as shown, and the pictures in their names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmojiView:
    """A picture for ``:shortcode:`` in a text. ``url`` is a path of ours."""

    shortcode: str
    url: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class AuthorView:
    """A person as shown. ``handle`` is ``bob@b.example``; ``avatar`` is None or a path of ours."""

    uri: str
    name: str
    handle: str
    url: str
    local: bool
    avatar: str | None = None
    role: str = "author"
    moved_to: str | None = None
    """The handle under which they go on, said by both accounts."""
    emojis: tuple[EmojiView, ...] = ()
    """Of the name."""


@dataclass(frozen=True, slots=True)
class CompanionView:
    """Somebody who is named with the authors and is none: their server knows no co-authors.

    ``how``: ``message``, they agreed by a message to the primary author, whose server says so; or
    ``reply``, they said so in public, in ``note``, where everybody can check it.
    """

    person: AuthorView
    how: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileFieldView:
    """A line of a profile as text. ``link``: where it leads; ``verified``: that page links back."""

    name: str
    value: str
    link: str | None = None
    verified: bool = False
