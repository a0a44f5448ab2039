"""Everything of an account in one file, for whoever takes it along."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Archive(Base):
    """The last one that somebody asked for. ``state``: ``waiting``, ``ready`` or ``failed``."""

    __tablename__ = "archives"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token: Mapped[str] = mapped_column(unique=True)
    """Of the file's name."""
    state: Mapped[str]
    size: Mapped[int] = mapped_column(default=0, server_default="0")
    asked_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
