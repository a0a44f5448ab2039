"""What the caller wants to be held back of their notifications, and what is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts, statuses
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.services import audiences, held_back, notification_requests
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import held_back as stored
from storage.queries import posts
from storage.queries.held_back import Request


class Choices(msgspec.Struct):
    """``accept``, ``filter`` or ``drop`` for each of five questions; None: as it is."""

    for_not_following: str | None = None
    for_not_followers: str | None = None
    for_new_accounts: str | None = None
    for_private_mentions: str | None = None
    for_limited_accounts: str | None = None


class FirstChoices(msgspec.Struct):
    """The same of the first version, which knew four questions, and of each whether to filter."""

    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


class Several(msgspec.Struct):
    """Ids of requests: those of the people who made them."""

    id: tuple[str, ...] = ()


async def policy(call: Call) -> web.Response:
    """What is held back."""
    me = call.account_id
    return answer(await call.site.read(lambda tx: _policy(tx, me)))


async def choose(call: Call) -> web.Response:
    """Hold back something else from now on."""
    wanted = msgspec.structs.asdict(await call.parameters(Choices))
    return answer(await _choose(call, wanted, _policy))


async def first_policy(call: Call) -> web.Response:
    """What is held back, in the words of the first version."""
    me = call.account_id
    return answer(await call.site.read(lambda tx: _first_policy(tx, me)))


async def choose_first(call: Call) -> web.Response:
    """Hold back something else from now on, in the words of the first version."""
    given = msgspec.structs.asdict(await call.parameters(FirstChoices))
    wanted = {
        name.replace("filter_", "for_"): None if how is None else "filter" if how else "accept"
        for name, how in given.items()
    }
    return answer(await _choose(call, wanted, _first_policy))


async def requests(call: Call) -> web.Response:
    """By whom something is held back."""
    me, env, window = call.account_id, call.env, call.window(40, 80)

    def read(tx: Tx) -> list[Document]:
        return _documents(tx, env, me, notification_requests.found(tx, env, me, window))

    made = await call.site.read(read)
    return page(call.request, env.addresses.base, made, [int(one["id"]) for one in made])


async def show(call: Call) -> web.Response:
    """What is held back of one person."""
    me, env, number = call.account_id, call.env, call.path_id()
    return answer(
        await call.site.read(lambda tx: _documents(tx, env, me, [_request(tx, me, number)])[0])
    )


async def accept(call: Call) -> web.Response:
    """Hear of it, and of what the person does from now on."""
    me, env, number = call.account_id, call.env, call.path_id()

    def write(tx: Tx) -> None:
        notification_requests.accept(tx, env, me, _request(tx, me, number).actor_id)

    await call.site.write(write)
    return answer({})


async def dismiss(call: Call) -> web.Response:
    """Forget it."""
    me, number = call.account_id, call.path_id()

    def write(tx: Tx) -> None:
        notification_requests.dismiss(tx, me, _request(tx, me, number).actor_id)

    await call.site.write(write)
    return answer({})


async def accept_several(call: Call) -> web.Response:
    """The same for some people; those of whom nothing is held back are left out."""
    me, env, ids = call.account_id, call.env, await _ids(call)

    def write(tx: Tx) -> None:
        for number in ids:
            if stored.request(tx, me, number) is not None:
                notification_requests.accept(tx, env, me, number)

    await call.site.write(write)
    return answer({})


async def dismiss_several(call: Call) -> web.Response:
    """Forget it of some people."""
    me, ids = call.account_id, await _ids(call)

    def write(tx: Tx) -> None:
        for number in ids:
            notification_requests.dismiss(tx, me, number)

    await call.site.write(write)
    return answer({})


async def merged(call: Call) -> web.Response:
    """What is accepted stands among the others at once."""
    del call
    return answer({"merged": True})


async def _ids(call: Call) -> list[int]:
    given = (await call.parameters(Several)).id
    return [number for one in given if (number := read_id(one)) is not None]


async def _choose(call: Call, wanted: dict[str, str | None], shown: Any) -> Document:
    me = call.account_id

    def write(tx: Tx) -> Any:
        held_back.choose(tx, me, {name: how for name, how in wanted.items() if how is not None})
        return shown(tx, me)

    made: Document = await call.site.write(write)
    return made


def _policy(tx: Tx, account_id: int) -> Document:
    return {**held_back.policy(tx, account_id), "summary": _summary(tx, account_id)}


def _first_policy(tx: Tx, account_id: int) -> Document:
    chosen = held_back.policy(tx, account_id)
    return {
        **{
            name: chosen[name.replace("filter_", "for_")] != "accept"
            for name in FirstChoices.__struct_fields__
        },
        "summary": _summary(tx, account_id),
    }


def _summary(tx: Tx, account_id: int) -> Document:
    people, count = stored.summary(tx, account_id)
    return {"pending_requests_count": people, "pending_notifications_count": count}


def _request(tx: Tx, account_id: int, number: int) -> Request:
    found = stored.request(tx, account_id, number)
    if found is None:
        raise not_found()
    return found


def _documents(tx: Tx, env: Env, account_id: int, found: Sequence[Request]) -> list[Document]:
    """``NotificationRequest`` of each; its id is that of the person."""
    about = posts.posts_by_id(tx, [one.post_id for one in found if one.post_id is not None])
    shown = [
        post
        for post in about.values()
        if post.state == "published" and audiences.may_see(tx, post, account_id)
    ]
    made = statuses.statuses(tx, env, statuses.plain(shown), account_id)
    by_post = dict(zip([post.id for post in shown], made, strict=True))
    people = accounts.accounts(tx, env, {one.actor_id for one in found})
    return [
        {
            "id": str(one.actor_id),
            "created_at": moment(one.first_at),
            "updated_at": moment(one.last_at),
            "notifications_count": str(one.count),
            "account": people[one.actor_id],
            "last_status": by_post.get(one.post_id or 0),
        }
        for one in found
        if one.actor_id in people
    ]
