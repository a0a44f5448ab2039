"""What only those who run a server see."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services.views.people import AuthorView
from fedi_cotweet.services.views.posts import ReactionView


@dataclass(frozen=True, slots=True)
class ReportedPostView:
    """A reported post with all its authors. ``log_entries``: how long its consent log is here.

    ``text`` is plain, ``summary`` its content warning; both are empty of a post that is not for
    everybody and that whoever reported it cannot read here.
    """

    id: str
    uri: str
    page: str
    state: str
    authors: tuple[AuthorView, ...]
    log_entries: int
    summary: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report for moderators. ``unknown`` are reported objects that are not known here."""

    id: str
    state: str
    by: AuthorView | None
    people: tuple[AuthorView, ...]
    posts: tuple[ReportedPostView, ...]
    unknown: tuple[str, ...]
    comment: str
    category: str
    """``spam``, ``legal``, ``violation`` or ``other``."""
    rules: tuple[str, ...]
    """What the rules of the server say that were broken."""
    forwarded_to: tuple[str, ...]
    created_at: int
    resolved_at: int | None
    answer: str = ""
    """What whoever closed it said to who made it."""


@dataclass(frozen=True, slots=True)
class WarningView:
    """What somebody of this server was told. ``action``: ``none``, or what was done together with
    it, ``silence`` or ``suspend``; ``report``: the id of the one that led to it."""

    id: str
    action: str
    text: str
    report: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class StaffNoteView:
    """What one of those who look after the server wrote down about somebody. ``by``: a handle."""

    id: str
    by: str
    text: str
    created_at: int


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule for the people of this server. ``hint``: what it means, at more length."""

    id: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class ServerTextView:
    """A text about the server. ``kind``: ``description``, ``privacy`` or ``terms``."""

    kind: str
    text: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    """What everybody who has an account here is told, until ``ends_at``.

    ``reactions``: an emoji, or the shortcode of one of this server's, and how many sent it.
    """

    id: str
    text: str
    starts_at: int | None
    ends_at: int | None
    all_day: bool
    published_at: int
    updated_at: int
    reactions: tuple[ReactionView, ...]


@dataclass(frozen=True, slots=True)
class RelayView:
    """A relay of this server. ``kind``: ``inbox`` (Mastodon's) or ``actor`` (LitePub's).

    ``state``: ``pending``, ``accepted`` or ``rejected``.
    """

    id: str
    address: str
    kind: str
    state: str
    created_at: int
    answered_at: int | None = None


@dataclass(frozen=True, slots=True)
class SignUpLinkView:
    """A link that lets people in. ``by``: a handle, or ``operator``.

    ``state``: ``open``, ``used_up``, ``expired`` or ``ended``. ``people``: those who came by it and
    are still here.
    """

    id: str
    by: str
    for_whom: str
    most_uses: int | None
    used: int
    created_at: int
    expires_at: int
    state: str
    people: tuple[AuthorView, ...]
