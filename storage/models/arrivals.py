"""What arrived for people here, as their own programs read it in their inboxes."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class PostCreate(Base):
    """The identifier of the ``Create`` that brought a post from elsewhere."""

    __tablename__ = "post_creates"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    uri: Mapped[str]


class InboxEntry(Base):
    """An activity that was sent to somebody here, or names them. What it is about stands elsewhere:
    a post deleted since is not shown from here either."""

    __tablename__ = "inbox_entries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    uri: Mapped[str]
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    object_uri: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("account_id", "uri"),
        Index("ix_inbox_entries_account", "account_id", "id"),
        Index("ix_inbox_entries_object", "account_id", "object_uri"),
    )
