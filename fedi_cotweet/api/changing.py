"""One thing done to a post, which is shown as it is then."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import reading
from fedi_cotweet.services.views import PostView
from storage.engine import Tx
from storage.queries import posts


async def changed(
    call: Call, account_id: int, post_id: int, change: Callable[[Tx], None], *, status: int = 200
) -> web.Response:
    """Do it, and answer with the post as this account sees it, from one transaction."""

    def write(tx: Tx) -> PostView:
        change(tx)
        return reading.one_post(tx, call.site.env, posts.post(tx, post_id), account_id)

    return answer(await call.site.write(write), status=status)
