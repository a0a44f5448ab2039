"""Words and posts that readers do not want to see, or only after a warning."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Filter(Base):
    """What one reader keeps away in some places. ``expires_at``: None for good."""

    __tablename__ = "filters"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str]
    contexts: Mapped[list[Any]]
    """Some of ``domain.filters.CONTEXTS``."""
    action: Mapped[str]
    """One of ``domain.filters.ACTIONS``."""
    expires_at: Mapped[int | None]


class FilterKeyword(Base):
    """A word or phrase of a filter, as it was typed."""

    __tablename__ = "filter_keywords"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filter_id: Mapped[int] = mapped_column(ForeignKey("filters.id", ondelete="CASCADE"), index=True)
    keyword: Mapped[str]
    whole_word: Mapped[bool]


class FilterPost(Base):
    """A single post that a filter is about."""

    __tablename__ = "filter_posts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filter_id: Mapped[int] = mapped_column(ForeignKey("filters.id", ondelete="CASCADE"), index=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
