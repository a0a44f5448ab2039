"""What the use cases show: plain data for pages, the JSON API and the command line alike.

Times are milliseconds since 1970 (UTC). ``content`` is sanitised HTML without inline notice and
may be put into a page as it is; every other text is plain and must be escaped.
"""

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
class CreditView:
    """Who made a picture. ``author`` only where they agreed; else ``name`` is a claim in words."""

    name: str
    author: AuthorView | None = None


@dataclass(frozen=True, slots=True)
class MediaView:
    """A picture: ``url`` is on this server. Not ``verified``: it was not what its digest says, and
    there is no copy of it."""

    url: str
    media_type: str
    alt: str
    width: int | None
    height: int | None
    verified: bool = True
    credit: CreditView | None = None


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


@dataclass(frozen=True, slots=True)
class QuoteRequestView:
    """Somebody's wish to quote ``post`` (an address) in ``quoting``, or that they do.

    ``text`` and ``summary`` are the quoting post's, empty where it is not known here.
    ``may_accept``: the account can say yes. Every author can say no.
    """

    id: str
    state: str
    sender: AuthorView
    post: str
    quoting: str
    text: str
    summary: str
    may_accept: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """``next_before`` is the id to ask for the next, older page, or None at the end."""

    posts: tuple[PostView, ...]
    next_before: str | None


@dataclass(frozen=True, slots=True)
class ListView:
    """A reader's list: theirs alone, with the people on it."""

    id: str
    title: str
    members: tuple[AuthorView, ...]


@dataclass(frozen=True, slots=True)
class ProfileFieldView:
    """A line of a profile as text. ``link``: where it leads; ``verified``: that page links back."""

    name: str
    value: str
    link: str | None = None
    verified: bool = False


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


@dataclass(frozen=True, slots=True)
class InviteAuthorView:
    """An author in an invite.

    ``standing``: ``inviting``, ``you``, ``not yet confirmed`` or, where the published version
    shows them, ``an author now; this version not yet confirmed``.
    """

    author: AuthorView
    standing: str


@dataclass(frozen=True, slots=True)
class InviteView:
    """Exactly what would stand under the invited person's name, and until when they may say so.

    ``digest`` must be given back with the acceptance: it names what was shown.
    """

    id: str
    offer: str
    state: str
    sender: AuthorView
    sender_follows_you: bool
    authors: tuple[InviteAuthorView, ...]
    content: str
    text: str
    summary: str
    sensitive: bool
    language: str | None
    visibility: str
    media: tuple[MediaView, ...]
    mentions: tuple[str, ...]
    in_reply_to: str | None
    already_published: bool
    expires_at: int
    digest: str
    poll: PollView | None = None
    refusal: str | None = None
    """Why this invite cannot be accepted here, or None."""
    beyond_followers: bool = False
    """Whether this account approves its followers by hand, and the post would reach everybody."""
    differences: tuple[str, ...] = ()
    """Against the version they agreed to last: lines that begin with ``+``, ``-`` or two spaces."""
    publish_at: int | None = None
    """It will not be published before that."""
    already_author: bool = False
    """Whether the published version shows this person as an author: they are asked for a change."""
    emojis: tuple[EmojiView, ...] = ()
    """As in a ``PostView``, of what the digest covers."""
    quote: QuoteView | None = None
    """What it quotes; whether it will be shown there is for the quoted author to say."""


@dataclass(frozen=True, slots=True)
class CreditRequestView:
    """A question to an artist: may they be named under ``picture`` (an address) of ``post``?

    ``text`` and ``summary`` are the post's; ``digest`` must be given back with the answer.
    """

    id: str
    state: str
    sender: AuthorView
    post: str
    text: str
    summary: str
    picture: str
    alt: str
    digest: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class DraftAuthorView:
    """A co-author of a draft of ours and how far their consent is (a ``ConsentState`` name)."""

    author: AuthorView
    state: str
    expires_at: int | None
    reason: str = ""
    channel: str = "offer"
    """``message``: their server knows no co-authors, they were asked by direct message."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Another version of a published co-tweet of ours.

    ``state``: ``proposed``, ``offered`` (everybody is being asked), ``applied``, ``declined`` or
    ``cancelled``. ``differences`` are to the published version, as in an ``InviteView``.
    """

    id: str
    state: str
    content: str
    text: str
    summary: str
    differences: tuple[str, ...]
    co_authors: tuple[DraftAuthorView, ...]
    created_at: int


@dataclass(frozen=True, slots=True)
class DraftView:
    """A co-tweet of ours that is not published yet, or its standing after publication."""

    post: PostView
    state: str
    co_authors: tuple[DraftAuthorView, ...]
    mode: str = "wait_all"
    publish_at: int | None = None
    """Not before that."""
    change: ChangeView | None = None
    """Of a published one: the change that everybody is being asked about."""


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


@dataclass(frozen=True, slots=True)
class ReportedPostView:
    """A reported post with all its authors. ``log_entries``: how long its consent log is here."""

    id: str
    uri: str
    page: str
    state: str
    authors: tuple[AuthorView, ...]
    log_entries: int


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
    forwarded_to: tuple[str, ...]
    created_at: int
    resolved_at: int | None


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
