"""Posts that wait for their time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class ScheduledPost(Base):
    """What one person wrote, to be published at ``publish_at`` (ms).

    ``words``: what it will say, made ready; ``asked``: what the app sent, for it to show.
    ``failure``: why it could not be published when its time came, or "".
    """

    __tablename__ = "scheduled_posts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    publish_at: Mapped[int]
    words: Mapped[dict[str, Any]]
    asked: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(default="")
    """The ``Idempotency-Key`` (a digest of it) with which it was made."""
    failure: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        Index("ix_scheduled_posts_account", "account_id", "id"),
        Index("ix_scheduled_posts_due", "failure", "publish_at"),
    )
