"""What is known of pages that posts link to."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class LinkCard(Base):
    """A page as it describes itself. One for the whole server, whoever links to it.

    ``state``: ``pending``, ``shown``, or ``none`` for what is no page with a title. All texts are
    plain, cut, and a stranger's.
    """

    __tablename__ = "link_cards"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(unique=True)
    """As posts link to it."""
    state: Mapped[str]
    page: Mapped[str] = mapped_column(default="")
    """Where it was in the end: what the card links to."""
    title: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    site: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    creator: Mapped[str] = mapped_column(default="")
    """The handle that it says wrote it, without the first @."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id", ondelete="SET NULL"))
    """Whom that handle means, if they are known here."""
    fetched_at: Mapped[int | None]
    next_at: Mapped[int] = mapped_column(index=True)
    """Not asked for again before."""


class PostCard(Base):
    """The page that the first link of a post leads to."""

    __tablename__ = "post_cards"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    card_id: Mapped[int] = mapped_column(
        ForeignKey("link_cards.id", ondelete="CASCADE"), index=True
    )
