"""Direct posts as their readers here find them: by thread and by whom they are between."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Conversation(Base):
    """The direct posts of one thread between the same people, for one of them who lives here.

    ``thread`` is the first post of the thread as far as it was known when this began, or its
    ``context`` (FEP-7888). ``people`` are the identifiers of the others, ``people_digest`` what
    they are found by.
    """

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    thread: Mapped[str]
    people: Mapped[list[Any]]
    people_digest: Mapped[str]
    unread: Mapped[bool]
    last_sort_id: Mapped[int]
    """The place of its newest post."""

    __table_args__ = (
        Index("ix_conversations_people", "account_id", "people_digest"),
        Index("ix_conversations_account", "account_id", "last_sort_id"),
    )


class ConversationPost(Base):
    """A post of a conversation."""

    __tablename__ = "conversation_posts"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    sort_id: Mapped[int]

    __table_args__ = (
        Index("ix_conversation_posts_sort", "conversation_id", "sort_id"),
        Index("ix_conversation_posts_post", "post_id"),
    )
