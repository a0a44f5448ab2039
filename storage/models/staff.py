"""Who looks after the server, and what they did."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Staff(Base):
    """An account that looks after the server. ``role``: ``moderator`` or ``administrator``."""

    __tablename__ = "staff"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str]
    since: Mapped[int]


class ModerationAct(Base):
    """Something that one of them did. Kept when they are staff no more: ``by`` is their name.

    ``subject``: a handle, a host, a report's number; ``why``: what they said of it.
    """

    __tablename__ = "moderation_acts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int]
    by: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    why: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index("ix_moderation_acts_subject", "subject", "id"),)
