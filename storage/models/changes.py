"""Talking about a co-tweet among its authors, and changing it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Change(Base):
    """Another version of a draft or a published co-tweet: proposed, or out for consent.

    ``state``: ``proposed`` (a co-author's wish), ``offered`` (everybody is being asked),
    ``applied``, ``declined`` or ``cancelled``. ``words`` is what the new version says, in the
    members of ``services.changes``; ``document`` its core as a draft's is, once offered. ``beside``
    in ``words`` are those it names by message.
    """

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str | None] = mapped_column(unique=True)
    """The id of the activity that proposed it, if one did."""
    object_uri: Mapped[str] = mapped_column(index=True)
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), index=True
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(default="edit", server_default="edit")
    """``edit``, or ``delete`` for a co-author's wish that the post be deleted."""
    state: Mapped[str]
    words: Mapped[dict[str, Any]]
    document: Mapped[str | None]
    authors: Mapped[list[Any]] = mapped_column(default=list)
    comment: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why a proposal was declined."""
    created_at: Mapped[int]
    decided_at: Mapped[int | None]

    __table_args__ = (
        Index("ix_changes_object_state", "object_uri", "state"),
        Index("ix_changes_by_created", "by_id", "created_at"),
    )


class DraftComment(Base):
    """What an author says to the others about a draft. ``content`` is sanitised HTML."""

    __tablename__ = "draft_comments"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    object_uri: Mapped[str]
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    content: Mapped[str]
    created_at: Mapped[int]
    deleted_at: Mapped[int | None]

    __table_args__ = (
        Index("ix_draft_comments_object", "object_uri", "id"),
        Index("ix_draft_comments_actor", "actor_id", "created_at"),
    )


class MessageConsent(Base):
    """How somebody whose software knows nothing of co-authors was asked, and what they answered.

    Belongs to a sent Offer with ``channel`` ``message``. ``answer_uri`` is the answer that counts
    now, ``note_uri`` their public consent note, if they wrote one (FEP-af48, Consent notes).
    """

    __tablename__ = "message_consents"

    offer_id: Mapped[int] = mapped_column(
        ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True
    )
    message_uri: Mapped[str] = mapped_column(unique=True)
    answer_uri: Mapped[str | None] = mapped_column(index=True)
    note_uri: Mapped[str | None] = mapped_column(index=True)


class ConsentMessage(Base):
    """One message of the conversation about an Offer of channel ``message``, ours or theirs.

    ``kind``: of ours what it says (``asked``, ``accepted``, …), of theirs how it was read (a
    ``Reading``). ``about`` makes a second one about the same event impossible. ``document`` is the
    note, of theirs the JSON as received; ``evidence`` the signed request it came in, or where it
    was fetched.
    """

    __tablename__ = "consent_messages"

    uri: Mapped[str] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"))
    ours: Mapped[bool]
    kind: Mapped[str]
    about: Mapped[str]
    document: Mapped[str]
    evidence: Mapped[dict[str, Any] | None]
    created_at: Mapped[int]

    __table_args__ = (UniqueConstraint("offer_id", "ours", "kind", "about"),)


class MessageStop(Base):
    """Somebody who does not want to be asked by message any more, by their own signed word."""

    __tablename__ = "message_stops"

    actor_uri: Mapped[str] = mapped_column(primary_key=True)
    answer_uri: Mapped[str]
    created_at: Mapped[int]


class Credit(Base):
    """Who made a picture of a post. Plain text until they agree; then ``state`` is ``verified``.

    ``state``: ``claimed`` or a ``CoAuthorState``. ``digest`` is the picture's ``digestMultibase``.
    """

    __tablename__ = "credits"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    """Of the picture among the attachments, from 0."""
    actor_uri: Mapped[str]
    actor_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(default="")
    digest: Mapped[str | None]
    state: Mapped[str]
    stamp_uri: Mapped[str | None] = mapped_column(index=True)
    stamp_document: Mapped[str | None]
    fetched_at: Mapped[int | None]
    next_check_at: Mapped[int | None] = mapped_column(index=True)

    __table_args__ = (Index("ix_credits_actor", "actor_id", "state"),)


class CreditOffer(Base):
    """The question to an artist whether they may be named under a picture; one row for each side.

    ``state`` is a ``ConsentState``. ``document`` is the Offer, immutable; ``media`` the picture's
    digest, ``digest`` that of the post. The artist's side holds the stamp that was issued.
    """

    __tablename__ = "credit_offers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str]
    side: Mapped[str]
    post_uri: Mapped[str]
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    sender_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("actors.id"))
    media: Mapped[str]
    digest: Mapped[str]
    document: Mapped[str]
    state: Mapped[str]
    stamp_uri: Mapped[str | None]
    stamp_document: Mapped[str | None]
    stamp_deleted_at: Mapped[int | None]
    expires_at: Mapped[int]
    answered_at: Mapped[int | None]
    created_at: Mapped[int]

    __table_args__ = (
        UniqueConstraint("uri", "side"),
        Index("ix_credit_offers_target", "target_id", "side", "state"),
        Index("ix_credit_offers_post", "post_uri", "side"),
        Index("ix_credit_offers_expiry", "state", "expires_at"),
        Index("ix_credit_offers_stamp", "stamp_uri", "side"),
    )
