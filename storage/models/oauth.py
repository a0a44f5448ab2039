"""Apps that act for people, and what lets them. Of each secret only the SHA-256 is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Application(Base):
    """An app as it registered itself: everything in it is a stranger's word."""

    __tablename__ = "applications"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    client_id: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str | None]
    """NULL: the app keeps no secret (a public client) and must prove itself with PKCE."""
    name: Mapped[str]
    website: Mapped[str | None]
    redirect_uris: Mapped[list[Any]]
    """Where codes may be sent; compared byte for byte."""
    scopes: Mapped[str]
    """All it may ever ask for, with spaces between them."""
    created_at: Mapped[int]
    unused_until: Mapped[int | None] = mapped_column(index=True)
    """When it goes if nobody has let it act for them by then; NULL: somebody has."""


class AuthorizationCode(Base):
    """A person's yes, on its way to the app: good once and for ten minutes."""

    __tablename__ = "authorization_codes"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    redirect_uri: Mapped[str]
    scopes: Mapped[str]
    challenge: Mapped[str | None]
    """``code_challenge`` (S256); NULL: the app gave none."""
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    used_at: Mapped[int | None]


class AccessToken(Base):
    """What an app shows with each request."""

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token_hash: Mapped[str] = mapped_column(unique=True)
    application_id: Mapped[int] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    """For whom the app acts; NULL: for itself alone (``client_credentials``)."""
    scopes: Mapped[str]
    code_hash: Mapped[str | None] = mapped_column(index=True)
    """The authorization code it was given for: if that is shown again, this ends."""
    created_at: Mapped[int]
    used_at: Mapped[int | None]
    """To the hour."""
    expires_at: Mapped[int | None] = mapped_column(index=True)
    revoked_at: Mapped[int | None] = mapped_column(index=True)
