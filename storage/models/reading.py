"""What hangs on posts for their readers: hashtags, polls, emoji, views, reports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class PostTag(Base):
    """A hashtag of a published post, folded to lower case and without #."""

    __tablename__ = "post_tags"

    tag: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    sort_id: Mapped[int]

    __table_args__ = (
        Index("ix_post_tags_tag_sort", "tag", "sort_id"),
        Index("ix_post_tags_post", "post_id"),
    )


class Poll(Base):
    """The question of a post. ``options``: ``{"name", "votes"}`` in order.

    ``votes`` of a poll of ours is counted from ``PollVote``; of others, it is what they say.
    """

    __tablename__ = "polls"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    multiple: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[Any]]
    voters: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[int | None]
    closed_at: Mapped[int | None]
    hides_totals: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Whether nobody sees how it stands before it is over."""

    __table_args__ = (Index("ix_polls_ends", "closed_at", "ends_at"),)


class PollVote(Base):
    """One choice of one voter."""

    __tablename__ = "poll_votes"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("polls.post_id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )
    choice: Mapped[int] = mapped_column(primary_key=True)
    uri: Mapped[str | None]
    created_at: Mapped[int]


class CustomEmoji(Base):
    """An emoji of this server. ``token`` and ``path`` are those of its ``EmojiPicture``.

    ``disabled``: it was taken away. Posts that have it keep it.
    """

    __tablename__ = "custom_emoji"

    shortcode: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    media_type: Mapped[str]
    digest: Mapped[str]
    path: Mapped[str]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]


class EmojiPicture(Base):
    """The picture of an emoji, ours or a copy of a remote one, for all posts and names that use it.

    ``url`` is where it comes from and ``wanted`` the digest it must have, ``""`` for none.
    ``token``, ``path`` and ``state`` are as in ``Media``; ``digest`` is that of its octets.
    """

    __tablename__ = "emoji_pictures"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    wanted: Mapped[str] = mapped_column(default="")
    state: Mapped[str]
    media_type: Mapped[str] = mapped_column(default="")
    digest: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    path: Mapped[str | None]
    asked_at: Mapped[int]
    """When it was last asked for."""

    __table_args__ = (UniqueConstraint("url", "wanted"),)


class PostViews(Base):
    """How often a post's page or text was shown here to somebody who is not its author."""

    __tablename__ = "post_views"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    views: Mapped[int] = mapped_column(default=0)


class Relay(Base):
    """A like, boost or reply that the servers of a post's co-authors are still to be told of.

    ``collection``: ``likes``, ``shares`` or ``replies``. ``removed``: it was taken back.
    """

    __tablename__ = "relays"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    collection: Mapped[str]
    removed: Mapped[bool] = mapped_column(default=False)
    uri: Mapped[str]
    actor_uri: Mapped[str]
    created_at: Mapped[int]

    __table_args__ = (Index("ix_relays_post", "post_id", "id"),)


class Report(Base):
    """A ``Flag``, made here or received. ``state``: ``open`` or ``resolved``."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    actor_uris: Mapped[list[Any]]
    object_uris: Mapped[list[Any]]
    comment: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="other", server_default="other")
    """``spam``, ``legal``, ``violation`` or ``other``."""
    rules: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Pairs: the id of a rule of the server that was broken, and what it said."""
    forwarded_to: Mapped[list[Any]] = mapped_column(default=list)
    """Hosts that were told."""
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[int]
    resolved_at: Mapped[int | None]
    answer: Mapped[str] = mapped_column(default="", server_default="")
    """What whoever closed it says to who made it."""

    __table_args__ = (Index("ix_reports_state", "state", "id"),)


class ReportedObject(Base):
    """Something that a report is about, by its identifier: known here or not."""

    __tablename__ = "reported_objects"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    uri: Mapped[str] = mapped_column(primary_key=True, index=True)
