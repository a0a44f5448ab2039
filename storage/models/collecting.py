"""Collections that people's programs make."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class OwnCollection(Base):
    """A collection of somebody's own. ``public``: whether others may read it at all."""

    __tablename__ = "own_collections"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"), index=True)
    uri: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    ordered: Mapped[bool] = mapped_column(default=False)
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]


class CollectionItem(Base):
    """What stands in it, by its identifier and no more: whether there is such a thing, and who may
    know of it, is looked at when it is shown."""

    __tablename__ = "collection_items"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    collection_id: Mapped[int] = mapped_column(ForeignKey("own_collections.id", ondelete="CASCADE"))
    uri: Mapped[str]

    __table_args__ = (
        UniqueConstraint("collection_id", "uri"),
        Index("ix_collection_items_collection", "collection_id", "id"),
    )
