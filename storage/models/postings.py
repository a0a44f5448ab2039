"""What programs of people said of their posts beyond what a post here says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Posting(Base):
    """What came with a post by ActivityPub client to server, and is said to others too.

    ``addressed``: ``to``, ``cc`` and ``audience`` as they were sent, lists of identifiers.
    ``types`` and ``activity_types``: further types of the object and of its ``Create``;
    ``prefixes``: what the prefixes of the latter stand for.
    """

    __tablename__ = "postings"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    addressed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    types: Mapped[list[Any]] = mapped_column(default=list)
    activity_types: Mapped[list[Any]] = mapped_column(default=list)
    prefixes: Mapped[dict[str, Any]] = mapped_column(default=dict)
