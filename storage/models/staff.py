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


class AccountWarning(Base):
    """What those who look after the server wrote to somebody here.

    ``action``: ``none``, or what they did at the same time, ``silence`` or ``suspend``.
    """

    __tablename__ = "account_warnings"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    action: Mapped[str]
    text: Mapped[str]
    report_id: Mapped[int | None]
    """The report that led to it."""
    created_at: Mapped[int]

    __table_args__ = (Index("ix_account_warnings_account", "account_id", "id"),)


class StaffNote(Base):
    """What one of them wrote down about somebody, for the others. ``by``: a handle."""

    __tablename__ = "staff_notes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    by: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[int]

    __table_args__ = (Index("ix_staff_notes_actor", "actor_id", "id"),)
