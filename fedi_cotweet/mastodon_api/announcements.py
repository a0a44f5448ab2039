"""What whoever runs the server tells everybody who has an account on it."""

from __future__ import annotations

import msgspec
from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import announcements
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.services import announcing
from storage.engine import Tx


class Wanted(msgspec.Struct):
    """``with_dismissed``: those too that the caller has read."""

    with_dismissed: bool = False


async def current(call: Call) -> web.Response:
    """Those that are not over."""
    me, env, wanted = call.account_id, call.env, call.query(Wanted)

    def read(tx: Tx) -> list[Document]:
        found = announcing.current(tx, env, me, with_dismissed=wanted.with_dismissed)
        return announcements.announcements(tx, env, found)

    return answer(await call.site.read(read))


async def dismiss(call: Call) -> web.Response:
    """Have read one."""
    me, key, env = call.account_id, call.path_id(), call.env
    await call.site.write(lambda tx: announcing.dismiss(tx, env, me, key))
    return answer({})


async def react(call: Call) -> web.Response:
    """Answer one with an emoji."""
    me, key, env, name = call.account_id, call.path_id(), call.env, _name(call)
    await call.site.write(lambda tx: announcing.react(tx, env, me, key, name))
    return answer({})


async def unreact(call: Call) -> web.Response:
    """Take it back."""
    me, key, env, name = call.account_id, call.path_id(), call.env, _name(call)
    await call.site.write(lambda tx: announcing.unreact(tx, env, me, key, name))
    return answer({})


def _name(call: Call) -> str:
    return call.request.match_info["name"]
