"""Work to be done: domain events, jobs that need the network, and deliveries.

State, next attempt and lease are columns; workers reconcile. A killed process leaves a lease
that runs out, never a lost row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class OutboxEvent(Base):
    """A domain event, written in the transaction that made it true."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int] = mapped_column(index=True)
    error: Mapped[str | None]


class Job(Base):
    """Something to do later or over the network; ``key`` keeps one of a kind."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]]
    run_at: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[int]

    __table_args__ = (Index("ix_jobs_due", "run_at", "lease_until"),)


class Activity(Base):
    """An activity we send. ``body`` is for aware servers, ``plain_body`` for all others."""

    __tablename__ = "activities"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    kind: Mapped[str]
    object_uri: Mapped[str | None] = mapped_column(index=True)
    body: Mapped[str]
    plain_body: Mapped[str | None]
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]

    __table_args__ = (Index("ix_activities_actor", "actor_id", "public", "id"),)


class Delivery(Base):
    """One activity to one inbox. ``state``: ``pending``, ``done``, ``refused`` or ``given_up``."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"))
    signer_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    inbox: Mapped[str]
    host: Mapped[str]
    plain: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int]
    lease_until: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[int]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("activity_id", "inbox"),
        Index("ix_deliveries_due", "state", "next_at"),
        Index("ix_deliveries_host", "host", "state", "id"),
    )


class InboxItem(Base):
    """An activity of an actor that was received, by id: the second copy does nothing."""

    __tablename__ = "inbox_items"

    uri: Mapped[str] = mapped_column(primary_key=True)
    actor_uri: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    received_at: Mapped[int] = mapped_column(index=True)
    outcome: Mapped[str]


class Setting(Base):
    """Small facts about this instance that must survive: name → JSON value."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
