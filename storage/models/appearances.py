"""How people here want pages to look."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Appearance(Base):
    """One person's wishes; an account without a row has none.

    ``accent`` and ``style``: how everybody sees their profile and posts; the rest is for their own
    eyes. ``""`` is what the house has.
    """

    __tablename__ = "appearances"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    accent: Mapped[str] = mapped_column(default="", server_default="")
    """The name of a colour of the house, or ``#rrggbb``."""
    style: Mapped[str] = mapped_column(default="", server_default="")
    """CSS for their own words, as they wrote it."""
    scheme: Mapped[str] = mapped_column(default="", server_default="")
    """``light`` or ``dark``; ``""``: as their device has it."""
    language: Mapped[str] = mapped_column(default="", server_default="")
    """Of pages; ``""``: as their browser asks for."""
    still: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Whether nothing shall move."""
    plain: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Whether pages are shown without the colours and styles of others."""
