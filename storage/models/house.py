"""What whoever runs the server lays down for it."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class ServerRule(Base):
    """A rule for the people of this server. ``hint``: what it means, at more length."""

    __tablename__ = "server_rules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    hint: Mapped[str] = mapped_column(default="")


class ServerText(Base):
    """A text about the server, as it was typed.

    ``kind``: one of ``fedi_cotweet.services.house``. ``updated_at``: when it was last changed.
    """

    __tablename__ = "server_texts"

    kind: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    updated_at: Mapped[int]
