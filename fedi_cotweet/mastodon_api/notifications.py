"""What the caller should hear of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.notification_types import TYPES, WITH_INVITE, kinds_of
from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import notifications as entities
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.services.client_notices import Told, told
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Notification
from storage.queries import notifications as stored

MOST: Final = 80
MOST_COUNTED: Final = 1_000
ROUNDED: Final = 128
"""Ids of 60 bits are rounded by less than this in numbers of 53 bits."""


class Wanted(msgspec.Struct):
    """Which notifications. ``supported_types``: what the client can show; None: it did not say."""

    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    account_id: str | None = None
    include_filtered: bool = False
    supported_types: tuple[str, ...] | None = None
    grouped_types: tuple[str, ...] | None = None


async def show_all(call: Call) -> web.Response:
    """A page of them, newest first."""
    me, env, window = call.account_id, call.env, call.window(40, MOST)
    wanted = call.query(Wanted)

    def read(tx: Tx) -> list[Document]:
        found = told_in(tx, env, me, wanted, window)
        return entities.documents(tx, env, me, found, wanted.supported_types)

    made = await call.site.read(read)
    return page(call.request, env.addresses.base, made, [int(one["id"]) for one in made])


async def show(call: Call) -> web.Response:
    """One."""
    me, env, number, wanted = call.account_id, call.env, call.path_id(), call.query(Wanted)

    def read(tx: Tx) -> list[Document]:
        asked = Wanted(supported_types=wanted.supported_types, include_filtered=True)
        window = Window(1, before=number + 1, since=number - 1)
        found = told_in(tx, env, me, asked, window)
        if not found.items:
            # Apps in JavaScript know it from a push, as a number that they rounded.
            near = Window(1, before=number + ROUNDED, since=number - ROUNDED)
            found = told_in(tx, env, me, asked, near, lambda one: float(one.id) == float(number))
        return entities.documents(tx, env, me, found, wanted.supported_types)

    made = await call.site.read(read)
    if not made:
        raise not_found()
    return answer(made[0])


async def unread_count(call: Call) -> web.Response:
    """How many are newer than the marker, as far as is counted."""
    me, env, wanted = call.account_id, call.env, call.query(Wanted)
    size = call.window(100, MOST_COUNTED).limit

    def read(tx: Tx) -> int:
        marker = stored.markers(tx, me).get("notifications")
        window = Window(size, since=None if marker is None else marker.last_read_id)
        return len(told_in(tx, env, me, wanted, window).items)

    return answer({"count": await call.site.read(read)})


async def clear(call: Call) -> web.Response:
    """Forget all of them."""
    me = call.account_id
    await call.site.write(lambda tx: stored.clear(tx, me))
    return answer({})


async def dismiss(call: Call) -> web.Response:
    """Forget one."""
    me, number = call.account_id, call.path_id()
    if not await call.site.write(lambda tx: stored.dismiss(tx, me, number)):
        raise not_found()
    return answer({})


def told_in(
    tx: Tx,
    env: Env,
    account_id: int,
    wanted: Wanted,
    window: Window,
    keep: Callable[[Notification], bool] = lambda item: True,
) -> Told:
    """A page of what the client asks for and can show."""
    fallback = wanted.supported_types is not None
    only, without = _kinds(wanted)
    actor_id = None
    if wanted.account_id:
        actor_id = read_id(wanted.account_id)
        if actor_id is None:
            return Told([], {}, {}, {})

    def fetch(asked: Window) -> Sequence[Notification]:
        return stored.of_account(
            tx,
            account_id,
            asked,
            only=only,
            without=without,
            actor_id=actor_id,
            held_back=wanted.include_filtered,
        )

    def fit(found: Sequence[Notification]) -> list[Notification]:
        there = [item for item in found if keep(item)]
        return told(tx, env, account_id, there, fallback=fallback).items

    items = filled(fetch, fit, lambda item: item.id, window)
    return told(tx, env, account_id, items, fallback=fallback)


def _kinds(wanted: Wanted) -> tuple[set[str] | None, set[str]]:
    """Our kinds to read, None: all; and those to leave out."""
    without = kinds_of(wanted.exclude_types)
    if wanted.types:
        return kinds_of(wanted.types) - without, set()
    if wanted.supported_types is None:
        return {*TYPES, *WITH_INVITE} - without, set()
    return None, without
