"""Posts and people in lists: timelines, profiles, lists of a reader's own."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services.views.people import AuthorView, ProfileFieldView
from fedi_cotweet.services.views.posts import PostView


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """``next_before`` is the id to ask for the next, older page, or None at the end."""

    posts: tuple[PostView, ...]
    next_before: str | None


@dataclass(frozen=True, slots=True)
class ListView:
    """A reader's list: theirs alone, with the people on it.

    ``replies_policy``: the replies it shows, to whomever (``followed``), to people on it (``list``)
    or to nobody (``none``). ``exclusive``: home leaves these people to it.
    """

    id: str
    title: str
    members: tuple[AuthorView, ...]
    replies_policy: str
    exclusive: bool


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile page: whose, and their newest public posts (co-authored ones too)."""

    author: AuthorView
    summary: str
    fields: tuple[ProfileFieldView, ...]
    header: str | None
    posts_count: int
    followers_count: int
    following_count: int
    joined_at: int | None
    page: TimelinePage
    uri: str
    pinned: tuple[PostView, ...] = ()
    """Only on its first page."""
    avatar_alt: str = ""
    header_alt: str = ""
