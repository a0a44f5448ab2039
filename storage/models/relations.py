"""Who keeps whom at a distance, and what readers chose for themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Block(Base):
    """One actor blocks another, local or remote on either side. ``uri`` is the ``Block``'s id."""

    __tablename__ = "blocks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    uri: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[int]

    __table_args__ = (
        UniqueConstraint("actor_id", "target_id"),
        Index("ix_blocks_target", "target_id"),
    )


class Mute(Base):
    """A local person does not want to see an actor's posts. ``until``: None for good."""

    __tablename__ = "mutes"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    target_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )
    until: Mapped[int | None]
    hides_notices: Mapped[bool] = mapped_column(default=True, server_default="1")
    """Whether they do not hear of what the actor does either."""
    created_at: Mapped[int]

    __table_args__ = (Index("ix_mutes_target", "target_id"),)


class FollowedTag(Base):
    """A hashtag whose public posts a local person has in their home timeline."""

    __tablename__ = "followed_tags"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    tag: Mapped[str]
    """Folded, without #."""

    __table_args__ = (
        UniqueConstraint("account_id", "tag"),
        Index("ix_followed_tags_tag", "tag", "account_id"),
    )


class AccountNote(Base):
    """What a local person wrote down about somebody, for themselves alone."""

    __tablename__ = "account_notes"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str]

    __table_args__ = (Index("ix_account_notes_actor", "actor_id"),)


class HostBlock(Base):
    """A local person wants nothing from a whole server."""

    __tablename__ = "host_blocks"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    host: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[int]

    __table_args__ = (Index("ix_host_blocks_host", "host"),)


class HostRule(Base):
    """The operator's rule for a server: ``severity`` is ``suspend`` or ``limit``."""

    __tablename__ = "host_rules"

    host: Mapped[str] = mapped_column(primary_key=True)
    severity: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[int]


class InviteMute(Base):
    """Whose invites a local person does not want; ``subject``: an actor's id or a host."""

    __tablename__ = "invite_mutes"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[int]


class PostMute(Base):
    """A local person wants no more notifications about a post."""

    __tablename__ = "post_mutes"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[int]


class ProfileHide(Base):
    """A local author does not show a co-tweet on their own profile, and stays its author."""

    __tablename__ = "profile_hides"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TrustedAuthor(Base):
    """A standing instruction: edits by this primary author are agreed to (FEP-af48, Offer)."""

    __tablename__ = "trusted_authors"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )
    created_at: Mapped[int]


class NotificationPolicy(Base):
    """What a local person wants to be held back of their notifications: to each question
    ``accept``, ``filter`` or ``drop``."""

    __tablename__ = "notification_policies"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    for_not_following: Mapped[str]
    for_not_followers: Mapped[str]
    for_new_accounts: Mapped[str]
    for_private_mentions: Mapped[str]
    for_limited_accounts: Mapped[str]


class NotificationPermission(Base):
    """A local person wants to hear of whatever this actor does."""

    __tablename__ = "notification_permissions"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (Index("ix_notification_permissions_actor", "actor_id"),)


class ReaderList(Base):
    """A list of followed people with a timeline of its own.

    ``replies_policy``: of their replies those to whomever (``followed``), to people on the list
    (``list``) or to nobody (``none``). ``exclusive``: home leaves these people to the list.
    """

    __tablename__ = "lists"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str]
    replies_policy: Mapped[str] = mapped_column(default="list", server_default="followed")
    exclusive: Mapped[bool] = mapped_column(default=False, server_default="0")
    created_at: Mapped[int]


class ListMember(Base):
    """Somebody on a list."""

    __tablename__ = "list_members"

    list_id: Mapped[int] = mapped_column(
        ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (Index("ix_list_members_actor", "actor_id"),)


class Pin(Base):
    """A post that its author, here or elsewhere, shows first on their profile."""

    __tablename__ = "pins"

    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    pinned_at: Mapped[int]


class ImportRow(Base):
    """One line of a list that somebody brought with them.

    ``kind``: one of ``services.people_lists.KINDS``; ``address``: a handle, a host or a post's
    identifier; ``state``: ``waiting``, ``done`` or ``failed``.
    """

    __tablename__ = "import_rows"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str]
    address: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """``boosts``, ``notify``, ``languages``; ``hide_notices``; ``list``. ``remove``: no more."""
    state: Mapped[str]
    created_at: Mapped[int]

    __table_args__ = (Index("ix_import_rows_account_state", "account_id", "state", "id"),)


class Endorsement(Base):
    """A local person shows somebody whom they follow on their profile."""

    __tablename__ = "endorsements"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))

    __table_args__ = (
        UniqueConstraint("account_id", "actor_id"),
        Index("ix_endorsements_account", "account_id", "id"),
        Index("ix_endorsements_actor", "actor_id"),
    )


class SuggestionDismissal(Base):
    """A local person does not want to hear that they might follow somebody."""

    __tablename__ = "suggestion_dismissals"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    actor_id: Mapped[int] = mapped_column(
        ForeignKey("actors.id", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (Index("ix_suggestion_dismissals_actor", "actor_id"),)
