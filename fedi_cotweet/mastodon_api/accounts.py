"""People: oneself and others, and what one has to do with them."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts, relationships, sources
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import invalid, not_found
from fedi_cotweet.services import authoring, follows
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors
from storage.queries import relationships as stored

MOST_AT_ONCE: Final = 80
LONGEST_NOTE: Final = 2_000


class Several(msgspec.Struct):
    """Ids of people."""

    id: tuple[str, ...] = ()
    with_suspended: bool = False


class Lookup(msgspec.Struct):
    """``acct``: a handle, without host one of this server."""

    acct: str = ""


class Following(msgspec.Struct):
    """What one wants of somebody; what is left out stays as it is."""

    reblogs: bool | None = None
    notify: bool | None = None
    languages: tuple[str, ...] | None = None


class Note(msgspec.Struct):
    """``comment``: what to write down."""

    comment: str = ""


async def verify_credentials(call: Call) -> web.Response:
    """Oneself, with what one typed."""
    me, env = call.account_id, call.env
    return answer(await call.site.read(lambda tx: sources.credential_account(tx, env, me)))


async def show(call: Call) -> web.Response:
    """One person."""
    actor_id, env = call.path_id(), call.env
    return answer(await call.site.read(lambda tx: accounts.one(tx, env, person(tx, actor_id))))


async def several(call: Call) -> web.Response:
    """Some people at once; unknown ones are left out."""
    ids = _ids(call)
    return answer(await call.site.read(lambda tx: accounts.in_order(tx, call.env, ids)))


async def lookup(call: Call) -> web.Response:
    """Somebody known here, by handle; nobody is asked elsewhere."""
    given, env = call.query(Lookup).acct.strip().removeprefix("@"), call.env
    name, _, host = given.partition("@")

    def read(tx: Tx) -> Document:
        actor = actors.actor_by_handle(tx, name, (host or env.addresses.host).lower())
        if actor is None:
            raise not_found()
        return accounts.one(tx, env, person(tx, actor.id))

    return answer(await call.site.read(read))


async def show_relationships(call: Call) -> web.Response:
    """What one has to do with some people."""
    me, ids, now = call.account_id, _ids(call), call.env.now()
    return answer(await call.site.read(lambda tx: relationships.in_order(tx, now, me, ids)))


async def follow(call: Call) -> web.Response:
    """Follow somebody, or change what one wants of them."""
    me, actor_id, env = call.account_id, call.path_id(), call.env
    wanted = await call.parameters(Following)
    languages = wanted.languages
    for language in languages or ():
        authoring.check_language(language)
    known = await call.site.read(lambda tx: person(tx, actor_id))
    await _find_again(call, known)

    def write(tx: Tx) -> Document:
        followed = person(tx, actor_id)
        follows.follow(tx, env, me, followed)
        follows.choose(
            tx,
            env,
            me,
            followed,
            shows_boosts=wanted.reblogs,
            notifies=wanted.notify,
            languages=languages,
        )
        return relationships.one(tx, env.now(), me, actor_id)

    return answer(await call.site.write(write))


async def unfollow(call: Call) -> web.Response:
    """Follow somebody no more."""
    me, actor_id, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document:
        follows.unfollow(tx, env, me, person(tx, actor_id))
        return relationships.one(tx, env.now(), me, actor_id)

    return answer(await call.site.write(write))


async def note(call: Call) -> web.Response:
    """Write down something about somebody, for oneself alone; nothing takes it away."""
    me, actor_id, env = call.account_id, call.path_id(), call.env
    text = (await call.parameters(Note)).comment.strip()
    if len(text) > LONGEST_NOTE:
        raise invalid("comment", f"is too long (maximum is {LONGEST_NOTE} characters)")

    def write(tx: Tx) -> Document:
        stored.set_note(tx, me, person(tx, actor_id).id, text)
        return relationships.one(tx, env.now(), me, actor_id)

    return answer(await call.site.write(write))


async def _find_again(call: Call, known: Actor) -> None:
    """Whoever is elsewhere may have moved or gone since; if their server is away, that waits."""
    if known.local:
        return
    try:
        await authoring.find_person(call.site, f"{known.username}@{known.host}")
    except ServiceError as error:
        if error.status == 404:
            raise not_found() from None


def person(tx: Tx, actor_id: int) -> Actor:
    """Somebody who can be shown. ``ApiError`` (404) for nobody, and for those who went."""
    actor = actors.actor(tx, actor_id)
    if actor is None or actor.gone_at is not None:
        raise not_found()
    return actor


def _ids(call: Call) -> list[int]:
    numbers = [read_id(given) for given in call.query(Several).id[:MOST_AT_ONCE]]
    return list(dict.fromkeys(number for number in numbers if number is not None))
