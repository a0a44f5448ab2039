"""Actors, keys, accounts, sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.dialect import insert_or_ignore, upsert
from storage.dialect import limit as literal_limit
from storage.models import Account, Actor, ActorKey, Host, SecondStep, Session, SignInLink
from storage.queries.rows import add, among, find, many, one


def actor(tx: Connection, actor_id: int) -> Actor | None:
    """The actor with this id of ours."""
    return find(tx, Actor, id=actor_id)


def actors(tx: Connection, actor_ids: Iterable[int]) -> dict[int, Actor]:
    """Actors by id of ours."""
    wanted = sorted(set(actor_ids))
    if not wanted:
        return {}
    return {a.id: a for a in among(tx, Actor, "id", wanted)}


def actor_by_uri(tx: Connection, uri: str) -> Actor | None:
    """The actor with this identifier, compared byte for byte."""
    return find(tx, Actor, uri=uri)


def actors_by_uri(tx: Connection, uris: Iterable[str]) -> dict[str, Actor]:
    """Actors by identifier; unknown ones are missing."""
    wanted = sorted(set(uris))
    if not wanted:
        return {}
    return {a.uri: a for a in among(tx, Actor, "uri", wanted)}


def actor_by_handle(tx: Connection, username: str, host: str) -> Actor | None:
    """The actor called ``@username@host``; names are compared without regard to case."""
    return one(
        tx,
        Actor,
        select(Actor)
        .where(Actor.folded_name == func.lower(username), Actor.host == host)
        # A name may have been given to somebody new after its owner went.
        .order_by(Actor.gone_at.is_not(None), Actor.id),
    )


def local_actors(tx: Connection) -> list[Actor]:
    """The people of this server (not the instance actor)."""
    return many(
        tx,
        Actor,
        select(Actor)
        .join(Account, Account.id == Actor.id)
        .where(Account.service.is_(False), Actor.gone_at.is_(None))
        # By the account's id, or SQLite walks over the actors of the whole world.
        .order_by(Account.id),
    )


def save_actor(
    tx: Connection, values: dict[str, Any], keys: Sequence[tuple[str, str, str]], now: int
) -> int:
    """Insert or refresh an actor by ``uri`` and replace its keys; return its id.

    ``values`` holds the columns of ``Actor`` with the id to use if it is new; ``keys`` are
    (key id, kind, public key). A key id that belongs to another actor is never taken over.
    """
    fixed = {"id", "uri", "local", "created_at"}
    upsert(tx, Actor, values, key=["uri"], update=[name for name in values if name not in fixed])
    actor_id = int(tx.execute(select(Actor.id).where(Actor.uri == values["uri"])).scalar_one())
    held = {row.key_id: row for row in keys_of(tx, actor_id)}
    for key_id in held.keys() - {key_id for key_id, _, _ in keys}:
        tx.execute(delete(ActorKey).where(ActorKey.key_id == key_id))
    for key_id, kind, public in keys:
        if key_id in held:
            tx.execute(
                update(ActorKey)
                .where(ActorKey.key_id == key_id, ActorKey.actor_id == actor_id)
                .values(kind=kind, public=public, fetched_at=now)
            )
        else:
            insert_or_ignore(
                tx,
                ActorKey,
                {
                    "key_id": key_id,
                    "actor_id": actor_id,
                    "kind": kind,
                    "public": public,
                    "fetched_at": now,
                },
            )
    return actor_id


def set_emoji(tx: Connection, actor_id: int, emoji: list[dict[str, Any]]) -> None:
    """The emoji of an actor's name, as ``Actor.emoji`` holds them."""
    tx.execute(update(Actor).where(Actor.id == actor_id).values(emoji=emoji))


def mark_gone(tx: Connection, actor_id: int, now: int) -> None:
    """The actor answered 410 or deleted itself."""
    tx.execute(update(Actor).where(Actor.id == actor_id).values(gone_at=now))


def key(tx: Connection, key_id: str) -> tuple[ActorKey, Actor] | None:
    """A key and the actor it belongs to."""
    found = find(tx, ActorKey, key_id=key_id)
    if found is None:
        return None
    owner = actor(tx, found.actor_id)
    return None if owner is None else (found, owner)


def keys_of(tx: Connection, actor_id: int) -> list[ActorKey]:
    """All keys of an actor."""
    return many(tx, ActorKey, select(ActorKey).where(ActorKey.actor_id == actor_id))


def add_account(tx: Connection, /, **values: Any) -> None:
    """Insert the local side of an actor."""
    add(tx, Account, **values)


def account_by_name(tx: Connection, username: str) -> Account | None:
    """A local account by its name in lower case."""
    return find(tx, Account, username=username.lower())


def present_account(tx: Connection, username: str) -> Account | None:
    """A local account by its name, unless it was deleted or is suspended."""
    return one(
        tx,
        Account,
        select(Account)
        .join(Actor, Actor.id == Account.id)
        .where(
            Account.username == username.lower(),
            Actor.gone_at.is_(None),
            Actor.suspended_at.is_(None),
        ),
    )


def account_of(tx: Connection, actor_id: int) -> Account | None:
    """The account behind a local actor."""
    return find(tx, Account, id=actor_id)


def accounts(tx: Connection) -> list[Account]:
    """All accounts, the instance actor's first."""
    return many(tx, Account, select(Account).order_by(Account.service.desc(), Account.id))


def add_session(tx: Connection, /, **values: Any) -> None:
    """Insert a session row."""
    add(tx, Session, **values)


def session(tx: Connection, token_hash: str, now: int) -> Session | None:
    """A session that has not run out."""
    return one(
        tx,
        Session,
        select(Session).where(Session.token_hash == token_hash, Session.expires_at > now),
    )


def end_session(tx: Connection, token_hash: str) -> None:
    """Sign out."""
    tx.execute(delete(Session).where(Session.token_hash == token_hash))


def add_sign_in_link(tx: Connection, token_hash: str, account_id: int, expires_at: int) -> None:
    """Remember a single-use sign-in link by the hash of its token."""
    tx.execute(
        insert(SignInLink).values(
            token_hash=token_hash, account_id=account_id, expires_at=expires_at
        )
    )


def use_sign_in_link(tx: Connection, token_hash: str, now: int) -> int | None:
    """Spend a link: the account it signs in, or None when it is unknown, used or too old."""
    link = find(tx, SignInLink, token_hash=token_hash)
    if link is None or link.used_at is not None or link.expires_at <= now:
        return None
    spent = tx.execute(
        update(SignInLink)
        .where(SignInLink.token_hash == token_hash, SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    return link.account_id if spent.rowcount == 1 else None


def count_people(tx: Connection) -> int:
    """How many people have an account here."""
    return int(
        tx.execute(
            select(func.count()).select_from(Account).where(Account.service.is_(False))
        ).scalar_one()
    )


def set_policy(tx: Connection, account_id: int, policy: str, approval: list[str]) -> None:
    """Store an invite policy and what the actor publishes for it."""
    tx.execute(update(Account).where(Account.id == account_id).values(invite_policy=policy))
    tx.execute(update(Actor).where(Actor.id == account_id).values(can_co_author=approval))


def set_indexable(tx: Connection, actor_id: int, indexable: bool) -> None:
    """Whether an actor's public posts may be found by their words."""
    tx.execute(update(Actor).where(Actor.id == actor_id).values(indexable=indexable))


def set_moved(tx: Connection, actor_id: int, to: str, at: int) -> None:
    """Under which identifier somebody elsewhere goes on, and since when we know."""
    tx.execute(update(Actor).where(Actor.id == actor_id).values(moved_to=to, moved_at=at))


def set_suspended(tx: Connection, actor_id: int, at: int | None) -> None:
    """Since when the operator shuts somebody out; None: not any more."""
    tx.execute(update(Actor).where(Actor.id == actor_id).values(suspended_at=at))


def set_limited(tx: Connection, actor_id: int, at: int | None) -> None:
    """Since when strangers are not shown somebody; None: they are."""
    tx.execute(update(Actor).where(Actor.id == actor_id).values(limited_at=at))


def end_sessions(tx: Connection, account_id: int) -> None:
    """Sign an account out everywhere."""
    tx.execute(delete(Session).where(Session.account_id == account_id))
    tx.execute(delete(SignInLink).where(SignInLink.account_id == account_id))
    tx.execute(delete(SecondStep).where(SecondStep.account_id == account_id))


def forget_password(tx: Connection, account_id: int) -> None:
    """Nobody signs in with a password any more."""
    tx.execute(update(Account).where(Account.id == account_id).values(password_hash=None))


def actors_on(tx: Connection, host: str, after: int, limit: int) -> list[Actor]:
    """People of a server, by id, those after ``after``."""
    return many(
        tx,
        Actor,
        select(Actor)
        .where(Actor.host == host, Actor.id > after)
        .order_by(Actor.id)
        .limit(literal_limit(limit)),
    )


def an_inbox_per_host(tx: Connection) -> list[tuple[str, str]]:
    """One inbox of every server of which somebody is known: (inbox, host). Shared ones first."""
    rows = tx.execute(
        select(func.coalesce(func.min(Actor.shared_inbox), func.min(Actor.inbox)), Actor.host)
        .where(Actor.local.is_(False), Actor.gone_at.is_(None))
        .group_by(Actor.host)
    )
    return [(str(inbox), str(host)) for inbox, host in rows]


def set_locked(tx: Connection, account_id: int, locked: bool) -> None:
    """Whether an account's followers are approved by hand."""
    tx.execute(update(Actor).where(Actor.id == account_id).values(manually_approves=locked))


def shared_inboxes(tx: Connection, inboxes: Iterable[str]) -> dict[str, str]:
    """For inboxes of people whose server has a shared one: own inbox → shared inbox."""
    wanted = sorted(set(inboxes))
    if not wanted:
        return {}
    rows = tx.execute(
        select(Actor.inbox, Actor.shared_inbox).where(
            Actor.inbox.in_(wanted), Actor.shared_inbox.is_not(None)
        )
    )
    return {str(a): str(b) for a, b in rows}


def to_renew_awareness(tx: Connection, checked_before: int, limit: int) -> list[str]:
    """One inviting actor of each aware server whose awareness is to be looked at again."""
    rows = tx.execute(
        select(func.min(Actor.uri))
        .join(Host, Host.host == Actor.host)
        .where(
            Host.aware.is_(True),
            Host.aware_checked_at < checked_before,
            Actor.can_co_author.is_not(None),
            Actor.local.is_(False),
        )
        .group_by(Host.host, Host.aware_checked_at)
        .order_by(Host.aware_checked_at)
        .limit(literal_limit(limit))
    )
    return [str(row[0]) for row in rows]
