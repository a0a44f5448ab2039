"""What became of a post, for its authors."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import statistics


async def show(call: Call) -> web.Response:
    """The same numbers for every author; other authors' servers are asked for theirs."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    asked = await call.site.ask_statistics(account_id, post_id)
    found = await call.site.read(
        lambda tx: statistics.summed(tx, call.site.env, account_id, post_id, asked)
    )
    return answer(found)
