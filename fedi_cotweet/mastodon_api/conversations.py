"""Conversations: direct posts by thread and people."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts, statuses
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.services import correspondence
from fedi_cotweet.services.correspondence import Shown
from fedi_cotweet.services.env import Env
from storage.engine import Tx


async def show_all(call: Call) -> web.Response:
    """A page of them, by their newest posts."""
    me, env, window = call.account_id, call.env, call.window()

    def read(tx: Tx) -> tuple[list[Document], list[int]]:
        found = correspondence.page(tx, env, me, window)
        return documents(tx, env, me, found), [one.held.last_sort_id for one in found]

    made, places = await call.site.read(read)
    return page(call.request, env.addresses.base, made, places)


async def read(call: Call) -> web.Response:
    """Nothing in it is new any more."""
    me, env, number = call.account_id, call.env, call.path_id()

    def write(tx: Tx) -> list[Document]:
        held = correspondence.read(tx, me, number)
        return documents(tx, env, me, correspondence.see(tx, env, me, [held]))

    made = await call.site.write(write)
    if not made:
        raise not_found()
    return answer(made[0])


async def delete(call: Call) -> web.Response:
    """Take it off the list."""
    me, number = call.account_id, call.path_id()
    await call.site.write(lambda tx: correspondence.delete(tx, me, number))
    return answer({})


def documents(tx: Tx, env: Env, me: int, found: Sequence[Shown]) -> list[Document]:
    """``Conversation`` of each."""
    lasts = statuses.statuses(tx, env, statuses.plain([one.last for one in found]), me)
    people = accounts.accounts(tx, env, {key for one in found for key in one.people})
    return [
        {
            "id": str(one.held.id),
            "unread": one.held.unread,
            "accounts": [people[key] for key in one.people if key in people],
            "last_status": last,
        }
        for one, last in zip(found, lasts, strict=True)
    ]
