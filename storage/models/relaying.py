"""Relays that this server subscribes to (FEP-ae0c)."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class RelaySubscription(Base):
    """One relay. ``kind``: ``inbox`` (Mastodon's protocol) or ``actor`` (LitePub's).

    ``state``: ``pending``, ``accepted`` or ``rejected``.
    """

    __tablename__ = "relay_subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    inbox: Mapped[str] = mapped_column(unique=True)
    host: Mapped[str]
    actor_uri: Mapped[str | None] = mapped_column(index=True)
    """Who it is; of Mastodon's kind that is known once it has answered."""
    state: Mapped[str]
    follow_uri: Mapped[str] = mapped_column(unique=True)
    """The ``Follow`` by which we asked."""
    created_at: Mapped[int]
    answered_at: Mapped[int | None]
