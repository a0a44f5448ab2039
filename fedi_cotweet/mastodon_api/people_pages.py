"""Pages of people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.mastodon_api.answers import page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts
from fedi_cotweet.mastodon_api.entities.accounts import Document
from storage.engine import Tx

MOST: Final = 80
Fetch = Callable[[Tx, Window], list[tuple[int, int]]]
"""Pairs of a place and a person's id."""


async def people_page(
    call: Call,
    fetch: Fetch,
    finish: Callable[[Tx, list[Document]], list[Document]] = lambda _, found: found,
    *,
    everybody: int | None = None,
) -> web.Response:
    """The people whom ``fetch`` finds, newest first; ``finish`` adds what else is said of them.

    ``everybody``: up to so many are asked for at once, and no page.
    """
    window = call.window(40, MOST) if everybody is None else Window(everybody)
    env = call.env

    def read(tx: Tx) -> tuple[list[Document], list[int]]:
        found = sorted(fetch(tx, window), reverse=True)
        made = accounts.in_order(tx, env, [actor_id for _, actor_id in found])
        return finish(tx, made), [place for place, _ in found]

    made, places = await call.site.read(read)
    return page(call.request, env.addresses.base, made, places if everybody is None else [])
