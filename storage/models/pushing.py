"""What apps want pushed to them, and what is still to be pushed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class PushSubscription(Base):
    """Where an app wants to hear of its person's notifications: one for each access token."""

    __tablename__ = "push_subscriptions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token_id: Mapped[int] = mapped_column(
        ForeignKey("access_tokens.id", ondelete="CASCADE"), unique=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    endpoint: Mapped[str]
    """An address of a stranger's choice."""
    public_key: Mapped[str]
    """The app's ``p256dh``, and ``auth`` its secret: base64url."""
    auth: Mapped[str]
    standard: Mapped[bool]
    """RFC 8291; else the draft of it that apps for Mastodon read."""
    policy: Mapped[str]
    """``all``, ``followed``, ``follower`` or ``none``."""
    alerts: Mapped[list[Any]]
    """The types that are pushed."""
    sealed_token: Mapped[str]
    """The access token, for the app to see whom a push is for, under a key that is not in here."""
    created_at: Mapped[int]
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    failing_since: Mapped[int | None]
    next_at: Mapped[int] = mapped_column(default=0)
    """Nothing is sent there before."""


class PendingPush(Base):
    """A notification on its way to an app."""

    __tablename__ = "pending_pushes"

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("push_subscriptions.id", ondelete="CASCADE"), primary_key=True
    )
    notification_id: Mapped[int] = mapped_column(
        ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[int] = mapped_column(index=True)
