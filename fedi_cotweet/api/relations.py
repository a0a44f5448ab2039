"""Whom the acting account keeps at a distance, and who may follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.people import Handle
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.services import accounts, follows, relations
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.hosts import host_named
from fedi_cotweet.services.people import author_view
from storage.engine import Tx
from storage.queries import actors
from storage.queries import relations as stored

MOST_REQUESTS = 200


@dataclass(frozen=True, slots=True)
class Muting:
    """Without ``for_seconds`` until it is taken back."""

    handle: str
    for_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class HostName:
    """A server by its name; rules for it hold for what is below it too."""

    host: str = field(metadata={"most": 300})


@dataclass(frozen=True, slots=True)
class Filter:
    """``co_tweets`` of ``handle``, None for “as of everybody”; without ``handle`` of everybody,
    None for what it was to begin with."""

    co_tweets: str | None = None
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether somebody may follow."""

    handle: str
    accept: bool


@dataclass(frozen=True, slots=True)
class Lock:
    """Whether followers are approved by hand."""

    locked: bool


async def block(call: Call) -> web.Response:
    """Have nothing to do with somebody any more."""
    account_id = await call.account_id()
    person = await find_person(call.site, (await call.members(Handle)).handle)
    env = call.site.env
    await call.site.write(lambda tx: relations.block(tx, env, account_id, person))
    return answer({"state": "blocked"})


async def unblock(call: Call) -> web.Response:
    """Take a block back; it is no error if there is none."""
    account_id = await call.account_id()
    person = await find_person(call.site, (await call.members(Handle)).handle)
    env = call.site.env
    await call.site.write(lambda tx: relations.unblock(tx, env, account_id, person))
    return answer({"state": "none"})


async def mute(call: Call) -> web.Response:
    """Do not see somebody's posts."""
    account_id = await call.account_id()
    wanted = await call.members(Muting)
    person, env = await find_person(call.site, wanted.handle), call.site.env
    lasts = None if wanted.for_seconds is None else wanted.for_seconds * SECOND
    until = await call.site.write(
        lambda tx: relations.mute(tx, env, account_id, person, lasts=lasts)
    )
    return answer({"state": "muted", "until": until})


async def unmute(call: Call) -> web.Response:
    """See somebody's posts again; it is no error if they were not muted."""
    account_id = await call.account_id()
    person = await find_person(call.site, (await call.members(Handle)).handle)
    await call.site.write(lambda tx: relations.unmute(tx, account_id, person))
    return answer({"state": "none"})


async def block_host(call: Call) -> web.Response:
    """Want nothing from a whole server."""
    account_id = await call.account_id()
    host, env = host_named((await call.members(HostName)).host), call.site.env
    await call.site.write(lambda tx: relations.block_host(tx, env, account_id, host))
    return answer({"state": "blocked", "host": host})


async def unblock_host(call: Call) -> web.Response:
    """Take the block of a server back; it is no error if there is none."""
    account_id = await call.account_id()
    host = host_named((await call.members(HostName)).host)
    env = call.site.env
    await call.site.write(lambda tx: relations.unblock_host(tx, env, account_id, host))
    return answer({"state": "none", "host": host})


async def list_blocks(call: Call) -> web.Response:
    """Whom, and which servers, the account blocks."""
    account_id, env = await call.account_id(), call.site.env

    def find(tx: Tx) -> dict[str, Any]:
        held = stored.blocks_by(tx, account_id)
        people = actors.actors(tx, [row.target_id for row in held])
        return {
            "people": [
                {"person": author_view(env, people[row.target_id]), "created_at": row.created_at}
                for row in held
            ],
            "hosts": [
                {"host": row.host, "created_at": row.created_at}
                for row in stored.host_blocks_by(tx, account_id)
            ],
        }

    return answer(await call.site.read(find))


async def list_mutes(call: Call) -> web.Response:
    """Whom the account mutes, and until when."""
    account_id, env = await call.account_id(), call.site.env

    def find(tx: Tx) -> list[dict[str, Any]]:
        held = stored.mutes_by(tx, account_id, env.now())
        people = actors.actors(tx, [row.target_id for row in held])
        return [
            {
                "person": author_view(env, people[row.target_id]),
                "until": row.until,
                "created_at": row.created_at,
            }
            for row in held
        ]

    return answer({"mutes": await call.site.read(find)})


async def filter_co_tweets(call: Call) -> web.Response:
    """Decide which co-tweets the account sees in timelines, of everybody or of one it follows."""
    account_id = await call.account_id()
    wanted = await call.members(Filter)
    person = None if wanted.handle is None else await find_person(call.site, wanted.handle)
    await call.site.write(
        lambda tx: relations.choose_co_tweets(tx, account_id, wanted.co_tweets, person)
    )
    return await show_filter(call)


async def show_filter(call: Call) -> web.Response:
    """Which co-tweets the account sees in timelines: of everybody, and of whom it differs."""
    account_id, env = await call.account_id(), call.site.env

    def find(tx: Tx) -> dict[str, Any]:
        wish, different = stored.wishes_of(tx, account_id)
        people = actors.actors(tx, [actor_id for actor_id, _ in different])
        return {
            "co_tweets": wish,
            "people": [
                {"person": author_view(env, people[actor_id]), "co_tweets": own}
                for actor_id, own in different
            ],
        }

    return answer(await call.site.read(find))


async def list_follow_requests(call: Call) -> web.Response:
    """Who waits to follow the account."""
    account_id, env = await call.account_id(), call.site.env

    def find(tx: Tx) -> list[dict[str, Any]]:
        held = stored.requests_to(tx, account_id, MOST_REQUESTS)
        people = actors.actors(tx, [row.follower_id for row in held])
        return [
            {"person": author_view(env, people[row.follower_id]), "created_at": row.created_at}
            for row in held
        ]

    return answer({"follow_requests": await call.site.read(find)})


async def answer_follow_request(call: Call) -> web.Response:
    """Let somebody follow, or not."""
    account_id = await call.account_id()
    wanted = await call.members(Answer)
    person, env = await find_person(call.site, wanted.handle), call.site.env
    await call.site.write(
        lambda tx: follows.answer_request(tx, env, account_id, person, accepted=wanted.accept)
    )
    return answer({"state": "accepted" if wanted.accept else "none"})


async def lock(call: Call) -> web.Response:
    """Approve followers by hand, or not any more."""
    account_id, env = await call.account_id(), call.site.env
    locked = (await call.members(Lock)).locked
    await call.site.write(lambda tx: accounts.set_locked(tx, env, account_id, locked))
    return answer({"locked": locked})
