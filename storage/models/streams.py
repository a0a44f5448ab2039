"""What is to be told at once to whoever listens at the moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class StreamEvent(Base):
    """Something that happened, for the streams; it is kept for minutes.

    Every process that holds streams reads these rows in the order of their ids. What they refer to
    may be gone by then. ``kind`` is one of ``fedi_cotweet.services.streams``.
    """

    __tablename__ = "stream_events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    post_id: Mapped[int | None]
    subject: Mapped[int | None]
    """The number that clients know a post or boost by, or the id of a notification,
    conversation or announcement."""
    account_id: Mapped[int | None]
    """Whom alone it concerns."""
    readers: Mapped[list[Any] | None]
    """Accounts whose home timelines it concerns; NULL: all that hold the post."""
    name: Mapped[str | None]
    """The emoji with which somebody answered an announcement."""
