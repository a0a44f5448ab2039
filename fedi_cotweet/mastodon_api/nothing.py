"""What is not offered here, in the shape of there being none of it: apps ask for it all the same,
and stop at an error.
"""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call


async def none(call: Call) -> web.Response:
    """A list of nothing."""
    del call
    return answer([])


async def no_translations(call: Call) -> web.Response:
    """No language can be translated into another."""
    del call
    return answer({})
