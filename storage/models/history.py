"""What published posts said before they were changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class PostVersion(Base):
    """A version that another one took the place of. The present one is the post itself.

    ``number`` counts from 1; numbers that are missing were not kept. ``media`` are the files as
    described then: ``{"id", "media_type", "alt"}``; ``options`` the choices of its poll.
    """

    __tablename__ = "post_versions"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[int]
    visibility: Mapped[str]
    content: Mapped[str]
    """Sanitised, without the paragraphs that name co-authors and who agreed by message."""
    summary: Mapped[str]
    name: Mapped[str]
    sensitive: Mapped[bool]
    language: Mapped[str | None]
    media: Mapped[list[Any]]
    options: Mapped[list[Any]]
    emoji: Mapped[list[Any]]
    """Those of the post's ``tags``."""
    digest: Mapped[str | None]
    """What the co-authors of this version agreed to."""
    authors: Mapped[list[Any]]
    """Identifiers of those who were known to stand behind it, the primary author first."""
    size: Mapped[int]
    """In characters."""
