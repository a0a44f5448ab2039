"""What whoever runs the server tells everybody who has an account on it."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Announcement(Base):
    """One of them. It is shown until ``ends_at``, None: until it is taken back.

    ``starts_at`` and ``ends_at`` together are also when what it tells of happens.
    """

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    """As it was typed."""
    starts_at: Mapped[int | None]
    ends_at: Mapped[int | None]
    all_day: Mapped[bool] = mapped_column(default=False)
    """The two are days: their hours say nothing."""
    published_at: Mapped[int]
    updated_at: Mapped[int]


class AnnouncementDismissal(Base):
    """Somebody has read one and wants to see it no more."""

    __tablename__ = "announcement_dismissals"

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AnnouncementReaction(Base):
    """An emoji that somebody answers with. ``name``: the emoji, or the shortcode of one of ours."""

    __tablename__ = "announcement_reactions"

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[int]
