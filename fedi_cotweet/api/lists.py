"""The acting account's lists of people."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.api.people import Handle
from fedi_cotweet.services import lists
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.views import ListView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class Title:
    """What a list is called."""

    title: str


async def list_lists(call: Call) -> web.Response:
    """All lists of the account."""
    account_id, env = await call.account_id(), call.site.env
    return answer({"lists": await call.site.read(lambda tx: lists.show_all(tx, env, account_id))})


async def create_list(call: Call) -> web.Response:
    """Make an empty list."""
    account_id, title = await call.account_id(), (await call.members(Title)).title
    env = call.site.env

    def write(tx: Tx) -> ListView:
        return lists.show(tx, env, account_id, lists.create(tx, env, account_id, title))

    return answer(await call.site.write(write), status=201)


async def show_list(call: Call) -> web.Response:
    """One list with its people."""
    account_id, list_id = await call.account_id(), call.path_id("list")
    env = call.site.env
    return answer(await call.site.read(lambda tx: lists.show(tx, env, account_id, list_id)))


async def rename_list(call: Call) -> web.Response:
    """Give a list another title."""
    account_id, list_id = await call.account_id(), call.path_id("list")
    title, env = (await call.members(Title)).title, call.site.env

    def write(tx: Tx) -> ListView:
        lists.rename(tx, account_id, list_id, title)
        return lists.show(tx, env, account_id, list_id)

    return answer(await call.site.write(write))


async def delete_list(call: Call) -> web.Response:
    """Delete a list."""
    account_id, list_id = await call.account_id(), call.path_id("list")
    await call.site.write(lambda tx: lists.delete(tx, account_id, list_id))
    return nothing()


async def add_member(call: Call) -> web.Response:
    """Put somebody whom the account follows on a list."""
    account_id, list_id = await call.account_id(), call.path_id("list")
    handle, env = (await call.members(Handle)).handle, call.site.env
    await call.site.read(lambda tx: lists.own_list(tx, account_id, list_id))
    person = await find_person(call.site, handle)

    def write(tx: Tx) -> ListView:
        lists.add(tx, account_id, list_id, person)
        return lists.show(tx, env, account_id, list_id)

    return answer(await call.site.write(write))


async def remove_member(call: Call) -> web.Response:
    """Take somebody off a list."""
    account_id, list_id = await call.account_id(), call.path_id("list")
    handle, env = (await call.members(Handle)).handle, call.site.env
    await call.site.read(lambda tx: lists.own_list(tx, account_id, list_id))
    person = await find_person(call.site, handle)

    def write(tx: Tx) -> ListView:
        lists.remove(tx, account_id, list_id, person)
        return lists.show(tx, env, account_id, list_id)

    return answer(await call.site.write(write))
