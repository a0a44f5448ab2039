"""Actors of all servers, their keys, and the local accounts behind some of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Actor(Base):
    """One actor, local or remote. ``host`` is the origin's host with its port if not default."""

    __tablename__ = "actors"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    username: Mapped[str]
    folded_name: Mapped[str] = mapped_column(Computed("lower(username)", persisted=True))
    """The name as it is compared: ``@Bob@b.example`` is ``@bob@b.example``."""
    host: Mapped[str]
    local: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    url: Mapped[str]
    inbox: Mapped[str]
    shared_inbox: Mapped[str | None]
    outbox: Mapped[str | None]
    followers_uri: Mapped[str | None]
    following_uri: Mapped[str | None]
    featured_uri: Mapped[str | None]
    icon_url: Mapped[str | None]
    image_url: Mapped[str | None]
    icon_alt: Mapped[str] = mapped_column(default="", server_default="")
    """What can be seen on the avatar, plain text; ``image_alt`` of the header."""
    image_alt: Mapped[str] = mapped_column(default="", server_default="")
    avatar: Mapped[str | None]
    """A path of ours: the picture of ``icon_url``, once it is here. ``header`` of ``image_url``."""
    header: Mapped[str | None]
    fields: Mapped[list[Any]] = mapped_column(default=list)
    """Pairs of a name and a value in HTML."""
    verified_links: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Of a local actor: links of its fields whose pages link back, and when that was seen."""
    attribution_domains: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Of a local actor: websites that may name it as the author of their pages."""
    emoji: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Of the name, with pictures that we hold: ``{"shortcode", "url", "width", "height"}``, where
    ``url`` is a path of ours."""
    manually_approves: Mapped[bool] = mapped_column(default=False)
    discoverable: Mapped[bool] = mapped_column(default=True)
    indexable: Mapped[bool] = mapped_column(default=False)
    can_co_author: Mapped[list[Any] | None]
    """Identifiers of ``interactionPolicy.canCoAuthor`` (both lists); NULL: not published."""
    also_known_as: Mapped[list[Any]] = mapped_column(default=list)
    moved_to: Mapped[str | None]
    moved_at: Mapped[int | None]
    """Of a remote actor: when its last ``Move`` counted here."""
    published_at: Mapped[int | None]
    created_at: Mapped[int]
    fetched_at: Mapped[int]
    gone_at: Mapped[int | None]
    suspended_at: Mapped[int | None]
    limited_at: Mapped[int | None]
    """Since when who looks after the server keeps them out of the sight of strangers."""

    __table_args__ = (
        Index("ix_actors_handle", "folded_name", "host"),
        Index("ix_actors_inbox", "inbox"),
        Index("ix_actors_host", "host"),
    )


class ActorKey(Base):
    """A public key of an actor; ``public`` is PEM for ``rsa`` and a Multikey for ``ed25519``."""

    __tablename__ = "actor_keys"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    public: Mapped[str]
    fetched_at: Mapped[int]


class Account(Base):
    """The local side of an actor: what never leaves this server."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(ForeignKey("actors.id"), primary_key=True, autoincrement=False)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]
    """Of the app that makes codes, in base32."""
    totp_since: Mapped[int | None]
    """When a code was first shown to be right; NULL: signing in needs none."""
    totp_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """Of the last code that was taken; no earlier one is taken again."""
    rsa_private: Mapped[str]
    ed25519_private: Mapped[str]
    invite_policy: Mapped[str] = mapped_column(default="people_i_follow")
    co_tweets: Mapped[str] = mapped_column(default="all", server_default="all")
    """Which co-tweets this reader wants: ``all``, ``if_i_follow_primary``, ``if_i_follow_all`` or
    ``none``."""
    about: Mapped[str] = mapped_column(default="", server_default="")
    """What the person typed about themselves; the actor's ``summary`` is made from it."""
    profile_fields: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Pairs as they were typed; the actor's ``fields`` are made from them."""
    featured_tags: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    hides_network: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Whether only the sizes of ``followers`` and ``following`` are public."""
    ed25519_key_id: Mapped[str | None]
    """Of the key that makes proofs; NULL: the actor's id and ``#ed25519-key``."""
    former_rsa_private: Mapped[str | None]
    """The key before the last rotation, with which that is announced."""
    moved_at: Mapped[int | None]
    """When its owner last went on elsewhere."""
    rotation_uri: Mapped[str | None]
    """The ``Update`` that announces the last rotation."""
    quote_policy: Mapped[str] = mapped_column(default="public", server_default="public")
    """Who may quote what they write from now on."""
    posting_visibility: Mapped[str | None]
    """Of new posts, unless they say otherwise; NULL: ``public``. So the other two."""
    posting_sensitive: Mapped[bool] = mapped_column(default=False, server_default="0")
    posting_language: Mapped[str | None]
    service: Mapped[bool] = mapped_column(default=False)
    """True for the instance actor, which nobody signs in to."""
    created_at: Mapped[int]


class Session(Base):
    """A signed-in browser. Only the SHA-256 of the cookie's token is kept."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    csrf: Mapped[str]
    browser: Mapped[str] = mapped_column(default="", server_default="")
    """What it calls itself, cut: ``User-Agent``."""
    by_link: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Begun with a link of the operator's, not with a password."""
    created_at: Mapped[int]
    used_at: Mapped[int | None]
    """To the hour."""
    expires_at: Mapped[int] = mapped_column(index=True)


class SignInLink(Base):
    """A single-use link that signs somebody in; made by the operator."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[int]
    used_at: Mapped[int | None]


class SecondStep(Base):
    """Somebody who knew a password and has yet to show a code."""

    __tablename__ = "second_steps"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[int] = mapped_column(index=True)


class RecoveryCode(Base):
    """A code that signs in once in place of the app's. Used ones are gone."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )


class Follow(Base):
    """``state``: ``requested`` or ``accepted``. ``uri`` is the Follow activity's id."""

    __tablename__ = "follows"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    follower_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    followed_id: Mapped[int] = mapped_column(ForeignKey("actors.id", ondelete="CASCADE"))
    uri: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    co_tweets: Mapped[str | None]
    """The follower's wish about co-tweets of this one; NULL: the account's."""
    through_post_id: Mapped[int | None]
    """The post on whose page the follow was begun."""
    shows_boosts: Mapped[bool] = mapped_column(default=True, server_default="1")
    """Whether what they boost is shown to their follower. Counts here only, as do the next two."""
    notifies: Mapped[bool] = mapped_column(default=False, server_default="0")
    """Whether the follower hears of each new post."""
    languages: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Posts in other languages are not shown; none: all are."""
    created_at: Mapped[int]

    __table_args__ = (
        UniqueConstraint("follower_id", "followed_id"),
        Index("ix_follows_followed_state", "followed_id", "state", "id"),
        Index("ix_follows_follower_state", "follower_id", "state", "id"),
    )


class Host(Base):
    """What we know of another server."""

    __tablename__ = "hosts"

    host: Mapped[str] = mapped_column(primary_key=True)
    aware: Mapped[bool | None]
    """Whether it implements FEP-af48; NULL: nobody asked yet."""
    aware_checked_at: Mapped[int | None]
    software: Mapped[str | None]
    signature_profile: Mapped[str | None]
    """The HTTP signature that worked last: ``cavage`` or ``rfc9421``."""
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[int | None]
    next_try_at: Mapped[int | None]
    failing_days: Mapped[int] = mapped_column(default=0, server_default="0")
    """On how many days deliveries failed since one arrived last."""
    failed_on: Mapped[int | None]
    """The last such day, counted from 1970."""
    asked_until: Mapped[int | None]
    """Until when it asked to be left alone (``Retry-After``)."""
    last_ok_at: Mapped[int | None]
    invites_refused: Mapped[int] = mapped_column(default=0, server_default="0")
    """Invitations from there that were dropped for being too many."""

    __table_args__ = (
        Index("ix_hosts_aware_checked", "aware", "aware_checked_at"),
        Index("ix_hosts_invites_refused", "invites_refused"),
        Index("ix_hosts_next_try", "next_try_at"),
    )
