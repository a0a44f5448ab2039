"""Which posts quote which, and what quoted authors were asked and answered (FEP-044f)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Quote(Base):
    """What a post known here quotes: at most one other.

    ``state``: ``pending`` (nobody has said yes yet), ``accepted``, ``rejected``, ``revoked``, or
    ``unauthorised``: by a form that knows nothing of consent. Only ``accepted`` is shown.
    """

    __tablename__ = "quotes"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    quoted_uri: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    request_uri: Mapped[str | None] = mapped_column(unique=True)
    """The ``QuoteRequest`` of ours, for posts of ours."""
    stamp_uri: Mapped[str | None] = mapped_column(index=True)
    """Where the consent is, or is said to be."""
    fetched_at: Mapped[int | None]
    """When the stamp was last seen."""
    next_check_at: Mapped[int | None] = mapped_column(index=True)


class QuoteRequest(Base):
    """Somebody wants to quote a post of ours, and what became of it.

    ``state``: ``pending``, ``accepted``, ``rejected`` or ``revoked``. The stamp is made with the
    acceptance and is served while it stands.
    """

    __tablename__ = "quote_requests"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    """The request's id, or the quoting post's for a quote that was made here."""
    owner_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    """The quoted post's primary author."""
    quoted_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    """Who quotes."""
    quoting_uri: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    stamp_uri: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[int]
    answered_at: Mapped[int | None]

    __table_args__ = (
        Index("ix_quote_requests_owner", "owner_id", "id"),
        Index("ix_quote_requests_quoted", "quoted_id"),
        Index("ix_quote_requests_actor", "actor_id", "owner_id"),
    )
