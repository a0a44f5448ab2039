"""The job that looks at a page which a post links to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from activitypub.vocab.reading import host_of
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import More
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import crawling, link_cards
from fedi_cotweet.services.page_cards import HTML_TYPES, PageCard, read_page
from storage.queries import cards

MAX_PAGE_BYTES: Final = 1024 * 1024


async def fetch_card(context: Context, payload: Mapping[str, Any]) -> None:
    """Ask for a page as anybody would, once, and keep what it says of itself.

    The address is a stranger's wish: its server is asked once a second, whoever links to it, and
    the people of one server make us ask for so many pages. What fails is not tried again soon.
    """
    runtime, card_id, env = context.runtime, int(payload["card_id"]), context.env
    card = await runtime.store.read(lambda tx: cards.card(tx, card_id))
    if card is None or card.next_at > env.now() or not env.limits.link_previews:
        return
    host, read = host_of(card.url), None
    if host is not None and not runtime.is_own(card.url) and not runtime.rules.suspended(host):
        wait = await runtime.write(lambda tx: crawling.turn(tx, env, host))
        if wait:
            raise More(wait)
        because_of = str(payload["because_of"])
        if not because_of or context.budgets.previews.spend(because_of, env.now()):
            read = await _look(context, card.url)
    await runtime.write(lambda tx: link_cards.store(tx, env, card_id, read))
    log.info("page_looked_at", url=card.url, shown=read is not None)


async def _look(context: Context, url: str) -> PageCard | None:
    fetched = await context.runtime.anonymous.get_page(url, HTML_TYPES, MAX_PAGE_BYTES)
    if fetched.status != 200 or not fetched.body:
        return None
    base = fetched.final_url or url
    return await asyncio.to_thread(read_page, fetched.body, fetched.media_type, base)
