"""Posts, who wrote them, and what readers do with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Post(Base):
    """One object of type Note, Article or Question, of any server.

    ``state``: ``draft`` (visible to its authors only), ``published`` or ``deleted``.
    ``document`` is the JSON text as received (remote) or as its core without renditions (local):
    the consent digest is computed from it. ``content`` is sanitised and without inline notice.
    """

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sort_id: Mapped[int]
    """Orders timelines and profiles: made from the time of publication. Clients know a post by
    it, since they sort by id; boosts have theirs from the same numbers."""
    uri: Mapped[str] = mapped_column(unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    local: Mapped[bool]
    state: Mapped[str]
    kind: Mapped[str] = mapped_column(default="Note")
    visibility: Mapped[str]
    content: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    sensitive: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None]
    in_reply_to_uri: Mapped[str | None]
    url: Mapped[str]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    """Mentions, hashtags and emojis to render: ``{"type", "href", "name", "icon"?}``.

    Of ours they are as they are sent. The ``icon`` of a remote emoji is the address of its picture,
    and ``digest`` what that must be, on co-authored posts.
    """
    document: Mapped[str]
    digest: Mapped[str | None]
    carrier: Mapped[str | None]
    """The activity with its proof in which this version came, as received: for forwarding."""
    co_authored: Mapped[bool] = mapped_column(default=False)
    mode: Mapped[str] = mapped_column(default="wait_all")
    scheduled_at: Mapped[int | None]
    author_role: Mapped[str] = mapped_column(default="author", server_default="author")
    """What the primary author did."""
    quote_policy: Mapped[str] = mapped_column(default="public", server_default="public")
    """Of a post of ours: who may quote it, a ``QuotePolicy`` of ``activitypub.quotes``."""
    likes_total: Mapped[int | None]
    """Of a remote post: what its server counts. ``NULL``: it was never asked."""
    boosts_total: Mapped[int | None]
    replies_total: Mapped[int | None]
    counts_at: Mapped[int | None]
    published_at: Mapped[int | None]
    updated_at: Mapped[int | None]
    """The object's ``updated``; older versions are ignored."""
    edited_at: Mapped[int | None]
    """When what it says was last changed: not every ``updated`` is an edit."""
    fetched_at: Mapped[int]
    deleted_at: Mapped[int | None]
    kept_out_at: Mapped[int | None]
    """Of a reply: since when it does not stand under what it answers, an author of which, or the
    operator, keeps its author away."""

    __table_args__ = (
        Index("ix_posts_sort", "sort_id", unique=True),
        Index("ix_posts_author_state", "author_id", "state", "sort_id"),
        Index("ix_posts_local_state", "local", "state", "sort_id"),
        Index("ix_posts_scheduled", "scheduled_at", "state"),
        Index("ix_posts_answers", "in_reply_to_uri", "local"),
        Index("ix_posts_co_authored", "local", "co_authored", "state", "id"),
    )


class PostAuthor(Base):
    """A co-author of a post (never its primary author) and the verdict on their stamp.

    ``state``: a ``CoAuthorState`` of ``activitypub.coauthorship`` (``verified``, ``stale``,
    ``revoked``, ``unknown``, ``invalid``), or ``invited`` while the post is a draft.
    """

    __tablename__ = "post_authors"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    actor_uri: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id"))
    role: Mapped[str] = mapped_column(default="author")
    via: Mapped[str] = mapped_column(default="stamp", server_default="stamp")
    """``stamp``: a co-author. Anything else is no author, only named with them: ``message`` for
    somebody who agreed by answering a message of ours, ``note`` for whoever a remote post says
    agreed by a public reply. ``stamp_*`` and ``fetched_at`` are then about their consent note, and
    ``state`` is ``invited``, ``agreed`` or ``revoked``, never ``verified``."""
    state: Mapped[str]
    stamp_uri: Mapped[str | None] = mapped_column(index=True)
    stamp_document: Mapped[str | None]
    digest: Mapped[str | None]
    """The digest for which ``state`` was found."""
    fetched_at: Mapped[int | None]
    """When the stamp was last fetched with success; older than 7 days: not shown."""
    next_check_at: Mapped[int | None] = mapped_column(index=True)

    __table_args__ = (Index("ix_post_authors_actor_state", "actor_id", "state", "post_id"),)


class Addressee(Base):
    """Whom a post that is not for everybody names, and its author: they may read it.

    Of a post from elsewhere only people of this server are kept, and its author.
    """

    __tablename__ = "addressees"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )
    sort_id: Mapped[int]

    __table_args__ = (Index("ix_addressees_actor_sort", "actor_id", "sort_id"),)


class Media(Base):
    """A file on our disk, ours or a copy of a remote one.

    ``token`` is the unguessable part of its address here. ``state``: ``stored``, ``pending``,
    ``processing`` (an upload that is still being made anew), ``mismatch`` (the octets differ from
    ``digest``) or ``failed``.
    """

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), index=True
    )
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("offers.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    remote_url: Mapped[str | None]
    state: Mapped[str]
    media_type: Mapped[str]
    digest: Mapped[str | None]
    size: Mapped[int] = mapped_column(default=0)
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt: Mapped[str] = mapped_column(default="")
    blurhash: Mapped[str | None]
    focal_x: Mapped[float | None] = mapped_column(Double)
    focal_y: Mapped[float | None] = mapped_column(Double)
    """What stays in sight where it is cut, each from -1 (left, bottom) to 1; both or neither."""
    path: Mapped[str | None]
    """Relative to the media folder."""
    profile: Mapped[bool] = mapped_column(default=False, server_default="0")
    """An avatar or header, which everybody may see; of a post otherwise."""
    duration: Mapped[int | None]
    """Of a film or a sound, in ms; None also where that is not known."""
    frame_rate: Mapped[float | None] = mapped_column(Double)
    bit_rate: Mapped[int | None]
    """In bits a second."""
    silent: Mapped[bool] = mapped_column(default=False, server_default="0")
    """A film without sound, which is shown like an animation."""
    preview: Mapped[str | None]
    """Path of a picture of a film, as ``path``."""
    created_at: Mapped[int]


class HomeEntry(Base):
    """A post in a reader's home timeline: at most once, whoever brought it."""

    __tablename__ = "home"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    sort_id: Mapped[int]
    boosted_by_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    via_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    """The followed actor through whom it came: an author or a booster."""

    __table_args__ = (
        Index("ix_home_account_sort", "account_id", "sort_id"),
        Index("ix_home_post", "post_id"),
    )


class Boost(Base):
    """An ``Announce``. Its id is its place in timelines too.

    ``delivery``: it only carries a co-tweet to its author's followers.

    ``relayed_at``: when the post's primary author said so, until it comes itself: until then it
    counts and brings the post to nobody.

    ``visibility``: ``public``, ``unlisted`` or ``followers``, whoever the post itself is for.
    """

    __tablename__ = "boosts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    published_at: Mapped[int]
    delivery: Mapped[bool] = mapped_column(default=False)
    relayed_at: Mapped[int | None]
    visibility: Mapped[str] = mapped_column(default="public", server_default="public")

    __table_args__ = (UniqueConstraint("actor_id", "post_id"), Index("ix_boosts_post", "post_id"))


class Like(Base):
    """A ``Like``, or a reaction with an emoji."""

    __tablename__ = "likes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    created_at: Mapped[int]
    emoji: Mapped[str] = mapped_column(default="", server_default="")
    """``""`` for a plain like."""

    __table_args__ = (UniqueConstraint("actor_id", "post_id"), Index("ix_likes_post", "post_id"))


class Bookmark(Base):
    """A post that a reader keeps for later; nobody else hears of it."""

    __tablename__ = "bookmarks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))

    __table_args__ = (
        UniqueConstraint("account_id", "post_id"),
        Index("ix_bookmarks_account", "account_id", "id"),
        Index("ix_bookmarks_post", "post_id"),
    )


class IdempotencyKey(Base):
    """What a client made with a key of its own; ``key`` is the SHA-256 of that."""

    __tablename__ = "idempotency_keys"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[int] = mapped_column(index=True)


class Notification(Base):
    """Something a local person should hear of. ``subject`` makes a repeat impossible.

    ``held_back``: they decide first whether they want to hear of what the actor does.
    """

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str]
    subject: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(default="")
    """In English."""
    made_of: Mapped[dict[str, Any] | None]
    """Of what the text can be said in other languages too (``languages.wording.parts``)."""
    created_at: Mapped[int]
    held_back: Mapped[bool] = mapped_column(default=False, server_default="0")

    __table_args__ = (
        UniqueConstraint("account_id", "kind", "subject"),
        Index("ix_notifications_account", "account_id", "id"),
        Index("ix_notifications_post", "post_id"),
        Index("ix_notifications_held_back", "account_id", "held_back", "actor_id"),
    )


class Marker(Base):
    """How far a local person has read a timeline, as their apps say: ``home``, ``notifications``.

    ``version`` grows by one with every change.
    """

    __tablename__ = "markers"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    timeline: Mapped[str] = mapped_column(primary_key=True)
    last_read_id: Mapped[int]
    version: Mapped[int]
    updated_at: Mapped[int]


class Tombstone(Base):
    """An id that its owner deleted and that never comes back, known before or not."""

    __tablename__ = "tombstones"

    uri: Mapped[str] = mapped_column(primary_key=True)
    owner_uri: Mapped[str] = mapped_column(primary_key=True)
    deleted_at: Mapped[int]
