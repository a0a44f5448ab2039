"""How people here want pages to look."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Appearance(Base):
    """One person's wishes; an account without a row has none.

    ``accent``: the colour of their profile, for everybody; the rest is for their own eyes.
    ``""`` is what the house has.
    """

    __tablename__ = "appearances"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    accent: Mapped[str] = mapped_column(default="", server_default="")
    scheme: Mapped[str] = mapped_column(default="", server_default="")
    """``light`` or ``dark``; ``""``: as their device has it."""
    language: Mapped[str] = mapped_column(default="", server_default="")
    """Of pages; ``""``: as their browser asks for."""
    still: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Whether nothing shall move."""
