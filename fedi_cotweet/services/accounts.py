"""Accounts: making them, signing in."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from activitypub.signatures.keys import (
    encode_multikey,
    generate_ed25519,
    generate_rsa,
    load_private,
    public_pem,
)
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.models import Account, Actor, Session
from storage.queries import actors

USERNAME = re.compile(r"[a-z0-9_]{1,30}\Z")
RESERVED = frozenset({"actor", "admin", "instance", "root", "system"})
SESSION_LASTS = 30 * DAY
INSTANCE_USERNAME = "instance.actor"


@dataclass(frozen=True, slots=True)
class KeyPairs:
    """The keys of a new actor. Made outside any transaction: an RSA key costs 40 ms."""

    rsa_private: str
    rsa_public: str
    ed25519_private: str
    ed25519_public: str


def make_keys() -> KeyPairs:
    """New RSA-2048 and Ed25519 keys."""
    rsa, ed25519 = generate_rsa(), generate_ed25519()
    return KeyPairs(
        rsa_private=rsa,
        rsa_public=public_pem(load_private(rsa).public_key()),
        ed25519_private=ed25519,
        ed25519_public=encode_multikey(load_private(ed25519).public_key()),
    )


def check_username(username: str) -> str:
    """A usable name in lower case, or ``ServiceError``."""
    name = username.strip().lower()
    if not USERNAME.match(name) or name in RESERVED:
        raise ServiceError(
            "bad_username",
            422,
            say("“{username}” cannot be a name here.", username=username),
            "Use 1 to 30 letters a–z, digits or underscores.",
        )
    return name


def create_account(
    tx: Tx,
    env: Env,
    *,
    username: str,
    keys: KeyPairs,
    password_hash: str | None = None,
    name: str = "",
    service: bool = False,
) -> int:
    """Make an actor with its account; return the id. Raises ``name_taken``."""
    now = env.now()
    at = env.addresses
    if actors.account_by_name(tx, username) is not None:
        raise ServiceError(
            "name_taken",
            409,
            say("There is an account called {username}.", username=username),
            "Choose another name.",
        )
    uri = at.instance_actor if service else at.actor(username)
    actor_id = actors.save_actor(
        tx,
        {
            "id": env.new_id(),
            "uri": uri,
            "kind": "Application" if service else "Person",
            "username": username,
            "host": at.host,
            "local": True,
            "name": name or username,
            "summary": "",
            "url": at.base if service else at.profile(username),
            "inbox": f"{uri}/inbox",
            "shared_inbox": at.shared_inbox,
            "outbox": f"{uri}/outbox",
            "followers_uri": f"{uri}/followers",
            "following_uri": f"{uri}/following",
            "featured_uri": None if service else f"{uri}/collections/featured",
            "can_co_author": None if service else [f"{uri}/following"],
            "published_at": now,
            "created_at": now,
            "fetched_at": now,
        },
        [
            (f"{uri}#main-key", "rsa", keys.rsa_public),
            (f"{uri}#ed25519-key", "ed25519", keys.ed25519_public),
        ],
        now,
    )
    actors.add_account(
        tx,
        id=actor_id,
        username=username,
        password_hash=password_hash,
        rsa_private=keys.rsa_private,
        ed25519_private=keys.ed25519_private,
        service=service,
        created_at=now,
    )
    return actor_id


def set_invite_policy(tx: Tx, env: Env, account_id: int, policy: str) -> None:
    """Who may invite: ``nobody``, ``people_i_follow``, ``followers`` or ``anyone`` (C3)."""
    actor = actors.actor(tx, account_id)
    if actor is None:
        raise ServiceError("not_found", 404, "There is no such account.")
    approval = {
        "nobody": actor.uri,
        "people_i_follow": actor.following_uri,
        "followers": actor.followers_uri,
        "anyone": "https://www.w3.org/ns/activitystreams#Public",
    }.get(policy)
    if approval is None:
        raise ServiceError(
            "bad_policy",
            422,
            say("“{policy}” is not an invite policy.", policy=policy),
            "Use nobody, people_i_follow, followers or anyone.",
        )
    actors.set_policy(tx, account_id, policy, [approval])
    emit(tx, env, "actor.updated", actor_id=account_id, version=env.new_id())


def set_locked(tx: Tx, env: Env, account_id: int, locked: bool) -> None:
    """Whether followers are approved by hand (``manuallyApprovesFollowers``)."""
    actor = find_actor(tx, account_id)
    if actor.manually_approves != locked:
        actors.set_locked(tx, account_id, locked)
        emit(tx, env, "actor.updated", actor_id=account_id, version=env.new_id())


def account_named(tx: Tx, username: str) -> Account:
    """The account of a person here, or ``not_found``."""
    account = actors.present_account(tx, username)
    if account is None or account.service:
        raise ServiceError(
            "no_such_account",
            404,
            say("There is no account called {username} here.", username=username),
            "Check the spelling, or make it: fedi-cotweet account create NAME",
        )
    return account


def person_here(tx: Tx, username: str) -> Actor:
    """A person of this server, suspended or not, or ``no_such_account``."""
    account = actors.account_by_name(tx, username)
    actor = actors.actor(tx, account.id) if account is not None and not account.service else None
    if actor is None or actor.gone_at is not None:
        raise ServiceError(
            "no_such_account",
            404,
            say("There is no account called {username} here.", username=username),
        )
    return actor


def key_owner(tx: Tx, username: str) -> Actor:
    """Who has keys here: a person, or the instance actor; else ``no_such_account``."""
    if username.lower() != INSTANCE_USERNAME:
        return person_here(tx, username)
    account = actors.account_by_name(tx, username)
    return find_actor(tx, account.id if account is not None else 0)


def token_hash(token: str) -> str:
    """What is kept of a secret that a browser or script holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_sign_in_link(tx: Tx, env: Env, username: str) -> tuple[str, int]:
    """A single-use address that signs ``username`` in, and when it runs out (15 minutes)."""
    account = account_named(tx, username)
    token = env.token()
    expires_at = env.now() + 15 * 60_000
    actors.add_sign_in_link(tx, token_hash(token), account.id, expires_at)
    return f"{env.addresses.base}/auth/link/{token}", expires_at


def open_session(
    tx: Tx, env: Env, account_id: int, *, browser: str = "", by_link: bool = False
) -> str:
    """Sign an account in; the cookie's token is returned and only its hash kept."""
    token = env.token()
    now = env.now()
    actors.add_session(
        tx,
        token_hash=token_hash(token),
        account_id=account_id,
        csrf=secrets.token_urlsafe(18),
        browser=browser,
        by_link=by_link,
        created_at=now,
        expires_at=now + SESSION_LASTS,
    )
    return token


def session_of(tx: Tx, env: Env, token: str) -> Session | None:
    """The session behind a cookie."""
    return actors.session(tx, token_hash(token), env.now())


def proving_key_id(account: Account, actor: Actor) -> str:
    """The id of the key with which an account makes proofs."""
    return account.ed25519_key_id or f"{actor.uri}#ed25519-key"


def find_actor(tx: Tx, actor_id: int) -> Actor:
    """Somebody by id of ours, local or not; 404 for nobody."""
    actor = actors.actor(tx, actor_id)
    if actor is None:
        raise not_found("account")
    return actor
