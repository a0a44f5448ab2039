"""People who ask for an account and wait for an answer, and links that let people in."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class SignUp(Base):
    """What becomes an account, and a token of the app it was asked with, once it is approved."""

    __tablename__ = "sign_ups"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    reason: Mapped[str]
    """Why they want to join: plain text."""
    application_id: Mapped[int | None] = mapped_column(
        ForeignKey("applications.id", ondelete="SET NULL"), index=True
    )
    scopes: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    """Of the token that the app got; it lets nobody in before the account is there."""
    created_at: Mapped[int] = mapped_column(index=True)


class SignUpLink(Base):
    """A link that lets people in. The code in it is shown once; its hash is kept."""

    __tablename__ = "sign_up_links"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(unique=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    """None: made from the command line."""
    for_whom: Mapped[str]
    """What its maker wrote down for themselves: plain text."""
    most_uses: Mapped[int | None]
    """None: without limit."""
    used: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    ended_at: Mapped[int | None]

    __table_args__ = (Index("ix_sign_up_links_made_by", "made_by", "id"),)


class SignUpLinkUse(Base):
    """An account that was made with a link. ``by``: whose link it was, None: the operator's."""

    __tablename__ = "sign_up_link_uses"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    by: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("sign_up_links.id", ondelete="SET NULL"), index=True
    )
    """None: the link is over for long, and was forgotten."""
