"""Accounts of this server, and whom they follow."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import accounts, follows, passwords, reading, staff, staff_log
from fedi_cotweet.services import notifications as told
from fedi_cotweet.services.authoring import find_person, find_post
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.views import TimelinePage
from storage.engine import Tx
from storage.queries import actors


@dataclass(frozen=True, slots=True)
class NewAccount:
    """``password`` is made if left out; ``name`` is what others see."""

    username: str
    password: str | None = None
    name: str = field(default="", metadata={"most": 200})


@dataclass(frozen=True, slots=True)
class Username:
    """An account by its name."""

    username: str


@dataclass(frozen=True, slots=True)
class Handle:
    """Somebody anywhere: ``bob@b.example``, or ``bob`` for here."""

    handle: str


@dataclass(frozen=True, slots=True)
class Following:
    """Whom to follow, and the post (id or address) at which that was decided."""

    handle: str
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may invite this account."""

    policy: str


async def create_account(call: Call) -> web.Response:
    """Make an account. Its password is shown in this answer and never again."""
    wanted = await call.members(NewAccount)
    username = accounts.check_username(wanted.username)
    password = wanted.password or passwords.make_password()
    passwords.check_new_password(password)
    keys = await asyncio.to_thread(accounts.make_keys)
    password_hash = await asyncio.to_thread(passwords.hash_password, password)
    env = call.site.env

    def make(tx: Tx) -> str:
        accounts.create_account(
            tx,
            env,
            username=username,
            keys=keys,
            password_hash=password_hash,
            name=wanted.name.strip(),
        )
        return accounts.make_sign_in_link(tx, env, username)[0]

    link = await call.site.write(make)
    document = {
        "username": username,
        "handle": f"@{username}@{env.addresses.host}",
        "uri": env.addresses.actor(username),
        "password": password,
        "sign_in_link": link,
    }
    return answer(document, status=201)


async def list_accounts(call: Call) -> web.Response:
    """All people of this server."""

    def find(tx: Tx) -> list[dict[str, Any]]:
        policies = {account.id: account.invite_policy for account in actors.accounts(tx)}
        return [
            {
                "username": actor.username,
                "handle": f"@{actor.username}@{actor.host}",
                "uri": actor.uri,
                "name": actor.name,
                "invite_policy": policies[actor.id],
                "created_at": actor.created_at,
            }
            for actor in actors.local_actors(tx)
        ]

    return answer({"accounts": await call.site.read(find)})


async def create_sign_in_link(call: Call) -> web.Response:
    """A link that signs an account in once."""
    username = (await call.members(Username)).username
    env = call.site.env

    def write(tx: Tx) -> tuple[str, int]:
        made = accounts.make_sign_in_link(tx, env, username)
        person = staff_log.name_of(accounts.person_here(tx, username))
        staff_log.note(tx, env, staff_log.OPERATOR, "sign-in-link", person)
        return made

    url, expires_at = await call.site.write(write)
    return answer({"url": url, "expires_at": expires_at}, status=201)


@dataclass(frozen=True, slots=True)
class Appointment:
    """``role``: ``moderator``, ``administrator`` or ``nobody``."""

    username: str
    role: str


async def appoint(call: Call) -> web.Response:
    """Let somebody look after the server on its pages, or no more."""
    wanted, env = await call.members(Appointment), call.site.env
    name = wanted.username.removeprefix("@")
    username = await call.site.write(lambda tx: staff.appoint(tx, env, name, wanted.role))
    return answer({"username": username, "role": wanted.role})


async def follow(call: Call) -> web.Response:
    """Ask to follow somebody."""
    account_id = await call.account_id()
    wanted = await call.members(Following)
    person = await find_person(call.site, wanted.handle)
    post = None if wanted.post is None else await find_post(call.site, wanted.post, account_id)
    through, env = None if post is None else post.id, call.site.env
    state = await call.site.write(
        lambda tx: follows.follow(tx, env, account_id, person, through=through)
    )
    return answer({"state": state})


async def unfollow(call: Call) -> web.Response:
    """Stop following somebody; it is no error if nobody was followed."""
    account_id = await call.account_id()
    person = await find_person(call.site, (await call.members(Handle)).handle)
    env = call.site.env
    await call.site.write(lambda tx: follows.unfollow(tx, env, account_id, person))
    return answer({"state": "none"})


async def timeline(call: Call) -> web.Response:
    """The account's home timeline."""
    account_id = await call.account_id()
    window, env, stale = call.window(), call.site.env, Stale()

    def find(tx: Tx) -> TimelinePage:
        return reading.home_page(tx, env, account_id, window=window, stale=stale)

    page = await call.site.read(find)
    call.rechecks.ask(stale.post_ids)
    return answer(page)


async def notifications(call: Call) -> web.Response:
    """What happened to the account's posts, invites and follows."""
    account_id = await call.account_id()
    window, env = call.window(40), call.site.env
    found = await call.site.read(lambda tx: told.notifications(tx, env, account_id, window))
    return answer({"notifications": found})


async def show_invite_policy(call: Call) -> web.Response:
    """Who may invite the account."""
    account_id = await call.account_id()
    account = await call.site.read(lambda tx: actors.account_of(tx, account_id))
    if account is None:
        raise not_found("account")
    return answer({"policy": account.invite_policy})


async def set_invite_policy(call: Call) -> web.Response:
    """Decide who may invite the account."""
    account_id = await call.account_id()
    policy = (await call.members(Policy)).policy
    env = call.site.env
    await call.site.write(lambda tx: accounts.set_invite_policy(tx, env, account_id, policy))
    return answer({"policy": policy})
