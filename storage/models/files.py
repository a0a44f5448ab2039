"""Files on our disk that are copies of others'."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class RemoteFile(Base):
    """A copy that may be thrown away for room: it is fetched again when somebody looks.

    ``token`` is that of a ``Media`` or an ``EmojiPicture``, whose rows stay. ``size`` in octets.
    """

    __tablename__ = "remote_files"

    token: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    """Relative to the media folder."""
    size: Mapped[int]
    used_at: Mapped[int]
    """When it was last shown, to the hour."""

    __table_args__ = (Index("ix_remote_files_used", "used_at"),)
