"""What the operator decides about people and servers."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.api.people import Handle, Username
from fedi_cotweet.api.relations import HostName
from fedi_cotweet.services import accounts, key_rotation, moderating, shutting_out, staff_notes
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.hosts import host_named
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, relations


@dataclass(frozen=True, slots=True)
class Rule:
    """``severity``: ``suspend`` or ``limit``. With ``dry_run`` nothing is done."""

    host: str = field(metadata={"most": 300})
    severity: str
    reason: str = field(default="", metadata={"most": 500})
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """Against whom. ``reason`` is for the log; who lives here is told ``text``."""

    handle: str
    reason: str = field(default="", metadata={"most": 500})
    text: str = field(default="", metadata={"most": moderating.LONGEST})


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to somebody, or about them."""

    handle: str
    text: str = field(metadata={"most": moderating.LONGEST})


@dataclass(frozen=True, slots=True)
class Rotation:
    """Whose keys; ``forget_old``: they were stolen, nothing proven with them holds any more."""

    username: str
    forget_old: bool = False


async def set_rule(call: Call) -> web.Response:
    """Shut a server out, or keep it out of sight; or only say what that would concern."""
    wanted, env = await call.members(Rule), call.site.env
    host = host_named(wanted.host)
    before = await call.site.read(lambda tx: shutting_out.affected(tx, host))
    if not wanted.dry_run:
        await call.site.write(
            lambda tx: shutting_out.set_rule(tx, env, host, wanted.severity, wanted.reason)
        )
        await call.site.rules.load(call.site.store)
    return answer(
        {
            "host": host,
            "severity": wanted.severity,
            "applied": not wanted.dry_run,
            "affected": asdict(before),
        }
    )


async def remove_rule(call: Call) -> web.Response:
    """Take a rule back; it is no error if there is none."""
    host, env = host_named((await call.members(HostName)).host), call.site.env
    await call.site.write(lambda tx: shutting_out.remove_rule(tx, env, host))
    await call.site.rules.load(call.site.store)
    return answer({"host": host, "severity": None})


async def list_rules(call: Call) -> web.Response:
    """All rules about servers."""
    found = await call.site.read(relations.host_rule_rows)
    return answer(
        {
            "domains": [
                {
                    "host": row.host,
                    "severity": row.severity,
                    "reason": row.reason,
                    "created_at": row.created_at,
                }
                for row in found
            ]
        }
    )


async def suspend(call: Call) -> web.Response:
    """Shut one person out, from here or elsewhere."""
    wanted, env = await call.members(Measure), call.site.env
    person = await find_person(call.site, wanted.handle)
    await call.site.write(
        lambda tx: shutting_out.suspend(tx, env, person, why=wanted.reason, text=wanted.text)
    )
    return answer({"state": "suspended", "uri": person.uri})


async def unsuspend(call: Call) -> web.Response:
    """Let somebody in again."""
    person = await find_person(call.site, (await call.members(Handle)).handle)
    env = call.site.env
    await call.site.write(lambda tx: shutting_out.unsuspend(tx, env, person))
    return answer({"state": "none", "uri": person.uri})


async def limit(call: Call) -> web.Response:
    """Keep one person out of the sight of strangers, from here or elsewhere."""
    wanted, env = await call.members(Measure), call.site.env
    person = await find_person(call.site, wanted.handle)
    await call.site.write(
        lambda tx: moderating.limit(tx, env, _now(tx, person), why=wanted.reason, text=wanted.text)
    )
    return answer({"state": "limited", "uri": person.uri})


async def unlimit(call: Call) -> web.Response:
    """Let strangers see somebody again; it is no error if they did."""
    person = await find_person(call.site, (await call.members(Handle)).handle)
    env = call.site.env
    await call.site.write(lambda tx: moderating.unlimit(tx, env, _now(tx, person)))
    return answer({"state": "none", "uri": person.uri})


async def warn(call: Call) -> web.Response:
    """Write to somebody of this server."""
    wanted, env = await call.members(Words), call.site.env
    person = await find_person(call.site, wanted.handle)

    def write(tx: Tx) -> dict[str, object]:
        moderating.warn(tx, env, person, wanted.text)
        return {"warnings": moderating.warnings(tx, person)}

    return answer(await call.site.write(write), status=201)


async def list_warnings(call: Call) -> web.Response:
    """What somebody of this server was told, newest first."""
    person = await find_person(call.site, call.request.query.get("handle", ""))
    return answer({"warnings": await call.site.read(lambda tx: moderating.warnings(tx, person))})


async def add_note(call: Call) -> web.Response:
    """Write something down about somebody."""
    wanted, env = await call.members(Words), call.site.env
    person = await find_person(call.site, wanted.handle)
    made = await call.site.write(lambda tx: staff_notes.add(tx, env, person, wanted.text))
    return answer(made, status=201)


async def list_notes(call: Call) -> web.Response:
    """What was written down about somebody, newest first."""
    person = await find_person(call.site, call.request.query.get("handle", ""))
    found = await call.site.read(lambda tx: staff_notes.about(tx, [person.id]))
    return answer({"notes": found.get(person.id, [])})


async def remove_note(call: Call) -> web.Response:
    """Forget what was written down."""
    note_id, env = call.path_id("note"), call.site.env
    await call.site.write(lambda tx: staff_notes.remove(tx, env, note_id))
    return nothing()


def _now(tx: Tx, person: Actor) -> Actor:
    return actors.actor(tx, person.id) or person


async def delete_account(call: Call) -> web.Response:
    """Delete an account of this server, with all its posts, everywhere and for good."""
    username, env = (await call.members(Username)).username, call.site.env

    def write(tx: Tx) -> str:
        actor = accounts.person_here(tx, username)
        shutting_out.delete_account(tx, env, actor)
        return actor.uri

    return answer({"state": "deleted", "uri": await call.site.write(write)})


async def rotate_keys(call: Call) -> web.Response:
    """Give an account, or the server itself, new keys; others are told with the old one."""
    wanted, env = await call.members(Rotation), call.site.env
    pairs = await asyncio.to_thread(accounts.make_keys)

    def write(tx: Tx) -> str:
        actor = accounts.key_owner(tx, wanted.username)
        return key_rotation.rotate(tx, env, actor.id, pairs, forget_old=wanted.forget_old)

    return answer({"key": await call.site.write(write)})
