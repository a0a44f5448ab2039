"""A post as a reader may see it, with everything that stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services.views.people import AuthorView, CompanionView, EmojiView


@dataclass(frozen=True, slots=True)
class CreditView:
    """Who made a picture. ``author`` only where they agreed; else ``name`` is a claim in words."""

    name: str
    author: AuthorView | None = None


@dataclass(frozen=True, slots=True)
class FilmView:
    """What is known of a film or sound: ``duration`` in ms, ``bit_rate`` in bits a second.

    ``silent``: a film without sound. ``preview``: the path of a picture of it on this server.
    """

    duration: int | None
    frame_rate: float | None
    bit_rate: int | None
    silent: bool
    preview: str | None


@dataclass(frozen=True, slots=True)
class MediaView:
    """A picture, film or sound: ``url`` is on this server. Not ``verified``: it was not what its
    digest says, and there is no copy of it.

    ``blurhash``: its colours in a few letters. ``focal``: (x, y), each from -1 (left, bottom) to 1,
    what stays in sight where it is cut. ``id``: its own on this
    server, of an upload the one that was answered. ``size`` in octets, 0 where it is not known.
    """

    url: str
    media_type: str
    alt: str
    width: int | None
    height: int | None
    verified: bool = True
    credit: CreditView | None = None
    blurhash: str | None = None
    focal: tuple[float, float] | None = None
    id: str = ""
    film: FilmView | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class PollOptionView:
    """One answer to a poll, plain text, and how many chose it."""

    name: str
    votes: int


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll. ``own`` are the positions (from 0) that whoever looks has chosen.

    ``voters`` are people, of whom each may have chosen several where ``multiple``.
    """

    options: tuple[PollOptionView, ...]
    multiple: bool
    voters: int
    ends_at: int | None
    over: bool
    own: tuple[int, ...] = ()
    hidden: bool = False
    """Whether its author shows nobody how it stands before it is over: all votes are 0 here."""


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a post quotes. ``post`` is there when it may be shown: ``state`` is ``accepted``.

    Else ``pending``, ``rejected``, ``revoked``, ``deleted``, ``unauthorised`` (nobody was asked, or
    what is said to be consent is none), where ``url`` is a link and no more; or ``hidden`` from
    whoever looks, without one. A quoted post's own quote has no ``post``.
    """

    state: str
    uri: str
    url: str
    post: PostView | None = None


@dataclass(frozen=True, slots=True)
class ReactionView:
    """An emoji (or ``:shortcode:``), plain text, and how many people reacted with it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class CardView:
    """A page that a post links to, as it describes itself: plain texts of a stranger.

    ``url`` is where the page was in the end, on ``host``. ``author``: whom it names, if they say
    that this server speaks for them.
    """

    url: str
    host: str
    title: str
    description: str
    site: str
    kind: str
    author: AuthorView | None = None


@dataclass(frozen=True, slots=True)
class FilteredView:
    """A filter of the reader's that is about a post (``domain.filters``).

    ``keywords``: those that are in it, as they were typed. ``itself``: it is about this very post.
    """

    id: str
    title: str
    action: str
    contexts: tuple[str, ...]
    expires_at: int | None = None
    keywords: tuple[str, ...] = ()
    itself: bool = False


@dataclass(frozen=True, slots=True)
class AnsweredView:
    """A post that another one is a reply to: its primary author, and the path of its page here."""

    author: AuthorView
    page: str


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as a reader may see it. ``authors`` holds the verified ones, primary author first."""

    id: str
    uri: str
    url: str
    page: str
    """Path of this post's page on this server."""
    authors: tuple[AuthorView, ...]
    content: str
    text: str
    """``content`` as plain text, for terminals."""
    summary: str
    sensitive: bool
    language: str | None
    visibility: str
    published_at: int
    updated_at: int | None
    media: tuple[MediaView, ...] = ()
    boosted_by: AuthorView | None = None
    in_reply_to: str | None = None
    answered: AnsweredView | None = None
    """The post that it is a reply to, where that is known here and anybody may read it."""
    likes: int = 0
    boosts: int = 0
    replies: int = 0
    local: bool = True
    state: str = "published"
    poll: PollView | None = None
    companions: tuple[CompanionView, ...] = ()
    """Who is named with the authors, and is never one of them."""
    emojis: tuple[EmojiView, ...] = ()
    """Of the text, the warning and the poll; ``:shortcode:`` of another stays as it is."""
    quote: QuoteView | None = None
    quote_policy: str | None = None
    """Of a post of this server: who may quote it."""
    reactions: tuple[ReactionView, ...] = ()
    """Those of ``likes`` that came with an emoji, as far as they came here."""
    card: CardView | None = None
    """Of the first link."""
    filtered: tuple[FilteredView, ...] = ()
    """Why the reader wants to be warned of it."""


@dataclass(frozen=True, slots=True)
class StatisticsView:
    """What became of a post: the same for each of its authors, and never who.

    ``followers_gained`` is a lower bound, counted until ``gained_until``; ``without`` names the
    servers of authors that did not answer.
    """

    post: str
    uri: str
    views: int
    likes: int
    boosts: int
    replies: int
    followers_gained: int
    gained_until: int
    without: tuple[str, ...] = ()
