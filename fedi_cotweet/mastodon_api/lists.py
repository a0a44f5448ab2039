"""Lists of people whom one follows."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import invalid, not_found
from fedi_cotweet.mastodon_api.people_pages import people_page
from fedi_cotweet.services import lists
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor, ReaderList
from storage.queries import lists as stored
from storage.queries import networks


class NewList(msgspec.Struct):
    """What a list is called and shows; None: as it is, or as lists are."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


class Members(msgspec.Struct):
    """Who is put on a list or taken off."""

    account_ids: tuple[str, ...] = ()


async def show_all(call: Call) -> web.Response:
    """All lists of the caller."""
    me = call.account_id
    found = await call.site.read(lambda tx: stored.lists_of(tx, me))
    return answer([_document(one) for one in found])


async def show(call: Call) -> web.Response:
    """One list."""
    me, list_id = call.account_id, call.path_id()
    return answer(_document(await call.site.read(lambda tx: lists.own_list(tx, me, list_id))))


async def create(call: Call) -> web.Response:
    """Make a list."""
    me, env, wanted = call.account_id, call.env, await call.parameters(NewList)
    title = wanted.title or ""
    if not title.strip():
        raise invalid("title", "can't be blank", "ERR_BLANK")

    def write(tx: Tx) -> ReaderList:
        made = lists.create(
            tx,
            env,
            me,
            title,
            replies_policy=wanted.replies_policy or "list",
            exclusive=wanted.exclusive or False,
        )
        return lists.own_list(tx, me, made)

    return answer(_document(await call.site.write(write)))


async def change(call: Call) -> web.Response:
    """Give a list another title, or decide what it shows."""
    me, list_id, wanted = call.account_id, call.path_id(), await call.parameters(NewList)

    def write(tx: Tx) -> ReaderList:
        if wanted.title is not None:
            lists.rename(tx, me, list_id, wanted.title)
        policy = wanted.replies_policy or None
        lists.choose(tx, me, list_id, replies_policy=policy, exclusive=wanted.exclusive)
        return lists.own_list(tx, me, list_id)

    return answer(_document(await call.site.write(write)))


async def delete(call: Call) -> web.Response:
    """Delete a list; nobody is unfollowed."""
    me, list_id = call.account_id, call.path_id()
    await call.site.write(lambda tx: lists.delete(tx, me, list_id))
    return answer({})


async def members(call: Call) -> web.Response:
    """Who is on a list. ``limit=0``: everybody, as Mastodon has it."""
    me, list_id = call.account_id, call.path_id()
    most = lists.MOST_MEMBERS if call.request.query.get("limit") == "0" else None
    await call.site.read(lambda tx: lists.own_list(tx, me, list_id))
    return await people_page(
        call, lambda tx, window: networks.on_list(tx, list_id, window), everybody=most
    )


async def add(call: Call) -> web.Response:
    """Put people on a list."""
    me, list_id = call.account_id, call.path_id()

    def put(tx: Tx, other: Actor) -> None:
        try:
            lists.add(tx, me, list_id, other)
        except ServiceError as error:
            if error.code == "not_followed":
                raise not_found() from None
            raise

    return await _each(call, put)


async def remove(call: Call) -> web.Response:
    """Take people off a list."""
    me, list_id = call.account_id, call.path_id()
    return await _each(call, lambda tx, other: lists.remove(tx, me, list_id, other))


async def with_account(call: Call) -> web.Response:
    """The caller's lists on which somebody is."""
    me, actor_id = call.account_id, call.path_id()

    def read(tx: Tx) -> list[Document]:
        own = stored.lists_of(tx, me)
        on = networks.lists_with(tx, [one.id for one in own], person(tx, actor_id).id)
        return [_document(one) for one in own if one.id in on]

    return answer(await call.site.read(read))


async def _each(call: Call, act: Callable[[Tx, Actor], None]) -> web.Response:
    me, list_id = call.account_id, call.path_id()
    given = (await call.parameters(Members)).account_ids
    ids = [read_id(one) for one in given]

    def write(tx: Tx) -> None:
        lists.own_list(tx, me, list_id)
        for actor_id in ids:
            if actor_id is None:
                raise not_found()
            act(tx, person(tx, actor_id))

    await call.site.write(write)
    return answer({})


def _document(held: ReaderList) -> Document:
    return {
        "id": str(held.id),
        "title": held.title,
        "replies_policy": held.replies_policy,
        "exclusive": held.exclusive,
    }
