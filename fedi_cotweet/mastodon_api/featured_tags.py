"""Hashtags that people show on their profiles."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import tags as shown_tags
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.entities.times import day
from fedi_cotweet.mastodon_api.errors import invalid, not_found
from fedi_cotweet.services import followed_tags, own_profile
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, tags

MOST_SUGGESTED: Final = 10


class NewTag(msgspec.Struct):
    """``name``: a hashtag."""

    name: str = ""


async def add(call: Call) -> web.Response:
    """Show one more."""
    name = (await call.parameters(NewTag)).name.strip().removeprefix("#")
    me, env = call.account_id, call.env
    if not name:
        raise invalid("name", "can't be blank", "ERR_BLANK")

    def write(tx: Tx) -> Document:
        if not _set(tx, env, me, name, shown=True):
            raise invalid("name", "has already been taken", "ERR_TAKEN")
        return _of(tx, env, person(tx, me))[-1]

    return answer(await call.site.write(write))


async def remove(call: Call) -> web.Response:
    """Show one no more."""
    me, env, name = call.account_id, call.env, call.request.match_info["id"]

    def write(tx: Tx) -> None:
        if not _set(tx, env, me, name, shown=False):
            raise not_found()

    await call.site.write(write)
    return answer({})


async def feature(call: Call) -> web.Response:
    """The same by the hashtag; it is no error if it is shown."""
    return await _featured(call, shown=True)


async def unfeature(call: Call) -> web.Response:
    """Show it no more; it is no error if it was not."""
    return await _featured(call, shown=False)


async def suggestions(call: Call) -> web.Response:
    """Hashtags that one uses most of late, and does not show yet."""
    me, env = call.account_id, call.env

    def read(tx: Tx) -> list[Document]:
        account = actors.account_of(tx, me)
        held = {fold_tag(str(one)) for one in account.featured_tags} if account is not None else ()
        used = tags.favourites_of(tx, me, MOST_SUGGESTED + len(held))
        found = [name for name in used if name not in held][:MOST_SUGGESTED]
        return shown_tags.tags(tx, env, me, found)

    return answer(await call.site.read(read))


async def _featured(call: Call, *, shown: bool) -> web.Response:
    me, env, name = call.account_id, call.env, call.request.match_info["id"]

    def write(tx: Tx) -> Document:
        _set(tx, env, me, name, shown=shown)
        return shown_tags.tags(tx, env, me, [followed_tags.tag_named(name)])[0]

    return answer(await call.site.write(write))


def _set(tx: Tx, env: Env, account_id: int, name: str, *, shown: bool) -> bool:
    """Show a hashtag on somebody's profile or not; whether that is a change."""
    account = actors.account_of(tx, account_id)
    held = [] if account is None else [str(one) for one in account.featured_tags]
    others = [one for one in held if fold_tag(one) != fold_tag(name)]
    if (len(others) < len(held)) is shown:
        return False
    wanted = own_profile.Wanted(featured_tags=[*others, name] if shown else others)
    own_profile.change(tx, env, account_id, wanted)
    return True


async def own(call: Call) -> web.Response:
    """One's own."""
    me, env = call.account_id, call.env
    return answer(await call.site.read(lambda tx: _of(tx, env, person(tx, me))))


async def of_account(call: Call) -> web.Response:
    """Somebody's; of people elsewhere they are not known."""
    actor_id, env = call.path_id(), call.env
    return answer(await call.site.read(lambda tx: _of(tx, env, person(tx, actor_id))))


def _of(tx: Tx, env: Env, actor: Actor) -> list[Document]:
    account = actors.account_of(tx, actor.id)
    if account is None or actor.suspended_at is not None:
        return []
    shown = {str(name): fold_tag(str(name)) or "" for name in account.featured_tags}
    used = tags.used_by(tx, actor.id, list(shown.values()))
    return [
        {
            "id": folded,
            "name": name,
            "url": f"{env.addresses.base}/tags/{folded}",
            "statuses_count": str(used.get(folded, (0, None))[0]),
            "last_status_at": _day(used.get(folded, (0, None))[1]),
        }
        for name, folded in shown.items()
    ]


def _day(at: int | None) -> str | None:
    return None if at is None else day(at)
