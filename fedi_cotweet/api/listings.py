"""Timelines besides home: a hashtag's, a list's, direct posts, what a search finds."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import listings
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.views import TimelinePage
from storage.engine import Tx


async def tag(call: Call) -> web.Response:
    """Public posts with a hashtag."""
    account_id, name = await call.account_id(), call.request.match_info["tag"]
    window, env = call.window(), call.site.env
    return await _shown(
        call,
        lambda tx, stale: listings.tag_page(tx, env, account_id, name, window=window, stale=stale),
    )


async def direct(call: Call) -> web.Response:
    """Direct posts by the account and to it."""
    account_id = await call.account_id()
    window, env = call.window(), call.site.env
    return await _shown(
        call,
        lambda tx, stale: listings.direct_page(tx, env, account_id, window=window, stale=stale),
    )


async def search(call: Call) -> web.Response:
    """Public posts with all the words of ``?q=``."""
    account_id, words = await call.account_id(), call.request.query.get("q")
    window, env = call.window(), call.site.env
    if words is None:
        raise ServiceError("bad_query", 422, "Say what to search for: ?q=WORDS")
    return await _shown(
        call,
        lambda tx, stale: listings.search_page(
            tx, env, account_id, words, window=window, stale=stale
        ),
    )


async def list_timeline(call: Call) -> web.Response:
    """What the people on a list write, out of the account's home timeline."""
    account_id, list_id = await call.account_id(), call.path_id("list")
    window, env = call.window(), call.site.env
    return await _shown(
        call,
        lambda tx, stale: listings.list_page(
            tx, env, account_id, list_id, window=window, stale=stale
        ),
    )


async def _shown(call: Call, find: Callable[[Tx, Stale], TimelinePage]) -> web.Response:
    stale = Stale()
    page = await call.site.read(lambda tx: find(tx, stale))
    call.rechecks.ask(stale.post_ids)
    return answer(page)
