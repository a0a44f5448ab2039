"""All versions of a post: data, which the command line reads without a database library."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services.views import AuthorView, EmojiView, PostView


@dataclass(frozen=True, slots=True)
class VersionMediaView:
    """A file of a version as it was described then. ``url``: None where it is kept no longer."""

    url: str | None
    media_type: str
    alt: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version. ``number`` counts from 1, ``published_at`` is when it was made.

    ``authors`` are those who agreed to it and are authors still; ``others`` is how many agreed and
    are none any more. ``digest`` is what co-authors agreed to.
    """

    number: int
    published_at: int
    name: str
    summary: str
    content: str
    text: str
    sensitive: bool
    language: str | None
    media: tuple[VersionMediaView, ...]
    options: tuple[str, ...]
    authors: tuple[AuthorView, ...]
    others: int
    digest: str | None
    emojis: tuple[EmojiView, ...]


@dataclass(frozen=True, slots=True)
class HistoryView:
    """``versions``, newest first, the first being the present one.

    ``missing``: how many were not kept, or were for fewer people. ``complete``: the last one is
    what was first published; another server may have changed it before it came here.
    """

    post: PostView
    versions: tuple[VersionView, ...]
    missing: int
    complete: bool
