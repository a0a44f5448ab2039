"""People who ask for an account and wait for the operator's answer."""

from __future__ import annotations

from sqlalchemy import ForeignKey
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
