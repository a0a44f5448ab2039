"""Offers, the consent given to them, and the stamps that prove it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Offer(Base):
    """One invitation, seen from one side.

    A server holds a ``sent`` row for its primary author and a ``received`` row for its co-author;
    when both live here there are two rows, so that the same rules serve both cases. ``state`` is a
    ``ConsentState`` of ``fedi_cotweet.domain.consent``. ``document`` is the Offer, immutable.
    """

    __tablename__ = "offers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str]
    side: Mapped[str]
    object_uri: Mapped[str]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), index=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    authors: Mapped[list[Any]]
    digest: Mapped[str]
    document: Mapped[str]
    state: Mapped[str]
    change: Mapped[bool] = mapped_column(default=False)
    """True when the object was already published: the Offer is for an edit."""
    channel: Mapped[str] = mapped_column(default="offer", server_default="offer")
    """``offer``, or ``message`` for somebody whose software knows nothing of co-authors."""
    change_id: Mapped[int | None]
    """The ``Change`` that this asks consent for."""
    roles: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What each author did, by actor id, as far as it is not simply ``author``."""
    reminded_at: Mapped[int | None]
    parted: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Of a received Offer: authors who take no part in the draft any more, as its primary author's
    server says."""
    stamp_uri: Mapped[str | None]
    stamp_document: Mapped[str | None]
    """Of a change that is out for consent: the stamp as fetched. Of a draft its author has it."""
    stamp_fetched_at: Mapped[int | None]
    settled_at: Mapped[int | None]
    """When the primary author decided to go on without this person, who had said no."""
    reason: Mapped[str] = mapped_column(default="")
    published_at: Mapped[int]
    expires_at: Mapped[int]
    answered_at: Mapped[int | None]
    agreed_before_at: Mapped[int | None]
    """Of a sent Offer: when this person agreed to the version that named one more in its text."""
    created_at: Mapped[int]

    __table_args__ = (
        UniqueConstraint("uri", "side"),
        Index("ix_offers_target_state", "target_id", "side", "state"),
        Index("ix_offers_sender_state", "sender_id", "side", "state"),
        Index("ix_offers_object", "object_uri", "side"),
        Index("ix_offers_expiry", "state", "expires_at"),
        Index("ix_offers_lapse", "state", "answered_at"),
        Index("ix_offers_stamp", "stamp_uri"),
        Index("ix_offers_side_created", "side", "created_at"),
        Index("ix_offers_side_state", "side", "state", "id"),
    )


class Stamp(Base):
    """A ``CoAuthorAuthorization`` issued here. ``document`` never changes once written."""

    __tablename__ = "stamps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    offer_uri: Mapped[str] = mapped_column(index=True)
    object_uri: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    authors: Mapped[list[Any]]
    document: Mapped[str]
    published_at: Mapped[int]
    deleted_at: Mapped[int | None]
    why_deleted: Mapped[str | None]
    """``left``, ``withdrawn``, ``superseded``, ``mismatch``, ``object_deleted``, ``unused``."""

    __table_args__ = (Index("ix_stamps_account", "account_id", "id"),)


class DeletedStamp(Base):
    """A stamp of anybody that was deleted, remembered whether it was known before or not.

    Per actor, as are the memories below: until the stamp is known nobody can tell whose it is, and
    a neighbour on its server must not stand in the way of its owner.
    """

    __tablename__ = "deleted_stamps"

    uri: Mapped[str] = mapped_column(primary_key=True)
    actor_uri: Mapped[str] = mapped_column(primary_key=True)
    deleted_at: Mapped[int]


class ConsentLogEntry(Base):
    """Append-only: every offer, answer and change of standing of one co-tweet.

    Triggers in both databases refuse to change or remove an entry. ``detail`` holds what else is
    known: the ``stamp``, the ``key`` that signed the activity which brought the move.
    """

    __tablename__ = "consent_log"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    object_uri: Mapped[str] = mapped_column(index=True)
    offer_uri: Mapped[str | None]
    actor_uri: Mapped[str]
    move: Mapped[str]
    digest: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[int]


class WithdrawnOffer(Base):
    """An ``Undo`` that came before its ``Offer``; kept until the Offer could no longer count."""

    __tablename__ = "withdrawn_offers"

    uri: Mapped[str] = mapped_column(primary_key=True)
    actor_uri: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[int] = mapped_column(index=True)
