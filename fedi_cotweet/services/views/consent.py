"""What somebody is asked, and how far those are whom they asked."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services.views.people import AuthorView, EmojiView
from fedi_cotweet.services.views.posts import MediaView, PollView, PostView, QuoteView


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
    """Against the version they agreed to last, or else were asked about last: lines that begin with
    ``+``, ``-`` or two spaces."""
    agreed_before: bool = False
    """Whether they agreed to the version that ``differences`` are against."""
    publish_at: int | None = None
    """It will not be published before that."""
    already_author: bool = False
    """Whether the published version shows this person as an author: they are asked for a change."""
    emojis: tuple[EmojiView, ...] = ()
    """As in a ``PostView``, of what the digest covers."""
    quote: QuoteView | None = None
    """What it quotes; whether it will be shown there is for the quoted author to say."""
    held_back: bool = False
    """Whether it is by somebody whom the moderators limited and whom this person does not follow:
    it waits apart, and they were not told."""


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
