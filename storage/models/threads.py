"""What is being fetched of threads and of people's pasts, a request at a time."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Crawl(Base):
    """A thread, or somebody's outbox, of which what is missing here is fetched.

    ``subject`` is the thread's first post as far as it was known when the crawl began, or
    ``outbox`` and the actor. It stays as a memory that it was begun a moment ago.
    """

    __tablename__ = "crawls"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    """``thread``, ``outbox`` or ``featured``."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    """Whose outbox or ``featured`` it is."""
    by_context: Mapped[bool] = mapped_column(default=False)
    """The thread's ``context`` says what is in it: nobody's ``replies`` are asked for."""
    notes: Mapped[int] = mapped_column(default=0)
    """Posts that were put on the list, of however many."""
    pages: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[int] = mapped_column(index=True)


class CrawlItem(Base):
    """One address of a crawl. ``state``: ``waiting``, ``parent`` (for the post it answers) or
    ``done``."""

    __tablename__ = "crawl_items"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    crawl_id: Mapped[int] = mapped_column(ForeignKey("crawls.id", ondelete="CASCADE"))
    uri: Mapped[str]
    host: Mapped[str]
    what: Mapped[str]
    """``note``, ``context``, ``replies``, ``outbox`` or ``featured``."""
    rank: Mapped[int]
    """What is smaller is fetched first."""
    depth: Mapped[int]
    """How many answers it is away from where the crawl began."""
    page: Mapped[int] = mapped_column(default=0)
    """Which page of a collection, from 0."""
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    document: Mapped[str | None]
    """A post that was fetched and waits for its author or the post it answers."""
    parent_uri: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("crawl_id", "uri"),
        Index("ix_crawl_items_host", "host", "state", "rank", "id"),
        Index("ix_crawl_items_parent", "crawl_id", "parent_uri"),
        Index("ix_crawl_items_state", "crawl_id", "state", "host"),
    )


class CrawlHost(Base):
    """When a server may be asked again for the sake of a crawl."""

    __tablename__ = "crawl_hosts"

    host: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[int] = mapped_column(index=True)
