"""What the acting account does with posts of others: like, boost, mute."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import notices, pinning, post_views, reactions, reading
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.views import PostView
from storage.engine import Tx
from storage.queries import posts

Do = Callable[[Tx, Env, int, int], None]


async def like(call: Call) -> web.Response:
    """Like a post."""
    return await _do(call, reactions.like)


async def unlike(call: Call) -> web.Response:
    """Take a like back."""
    return await _do(call, reactions.unlike)


async def boost(call: Call) -> web.Response:
    """Pass a post on to the account's followers."""
    return await _do(call, reactions.boost)


async def unboost(call: Call) -> web.Response:
    """Take a boost back."""
    return await _do(call, reactions.unboost)


async def pin(call: Call) -> web.Response:
    """Show an own post first on the account's profile."""
    return await _do(call, pinning.pin)


async def unpin(call: Call) -> web.Response:
    """Show it in its place again."""
    return await _do(call, pinning.unpin)


async def mute(call: Call) -> web.Response:
    """No more notifications of anything in a post's thread."""
    return await _do(call, notices.mute_post)


async def unmute(call: Call) -> web.Response:
    """Notifications of it again."""
    return await _do(call, notices.unmute_post)


async def _do(call: Call, what: Do) -> web.Response:
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    env = call.site.env

    def write(tx: Tx) -> PostView | None:
        what(tx, env, account_id, post_id)
        held = posts.post(tx, post_id)
        if held is None or not reading.there_is(tx, env, held, account_id):
            return None
        return post_views.post_views(tx, env, [held], viewer_id=account_id)[0]

    shown = await call.site.write(write)
    if shown is None:
        raise not_found("post")
    return answer(shown)
