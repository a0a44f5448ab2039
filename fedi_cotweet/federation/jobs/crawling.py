"""One request of a crawl at a time: a post, its author, or a page of a collection.

There is one job per server with something to ask of it, so one server is asked by one request at a
time. What a document says is used only if that document came from its own origin (``crawled``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from activitypub.documents.conversation import embedded_items, read_page
from activitypub.errors import ActivityPubError
from activitypub.origins import check_fetched, check_listing
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import as_id, as_list, same_origin, types
from activitypub.vocab.terms import Doc
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.federation.arrivals import read_arrival_aside
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import More
from fedi_cotweet.federation.jobs.crawled import Settling, as_texts, parse
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import acquaintance, crawling
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor, Crawl, CrawlItem
from storage.queries import actors, crawls

LONGEST_S: Final = 10.0
"""Seconds for one request: nobody waits for it, and others do for its place."""


async def crawl(context: Context, payload: Mapping[str, Any]) -> None:
    """Ask a server for the next thing that a crawl wants of it."""
    runtime, env, host = context.runtime, context.env, str(payload["host"])
    if runtime.rules.suspended(host):
        return
    with context.budgets.crawling.take() as free:
        if not free:
            raise More(SECOND // 4)
        taken = await runtime.write(lambda tx: crawling.take(tx, env, host))
        if taken is None:
            return
        if isinstance(taken, int):
            raise More(taken)
        of, item = taken
        began = env.now()
        try:
            async with asyncio.timeout(LONGEST_S):
                await (_note if item.what == "note" else _page)(context, of, item)
        except TimeoutError:
            await runtime.write(lambda tx: crawls.drop_host(tx, of.id, host))
        except ActivityPubError as error:
            log.info("crawl_unreadable", uri=item.uri, code=error.code)
            await runtime.write(lambda tx: crawling.end(tx, item))
    raise More(max(0, began + crawling.EVERY - env.now()))


async def _get(context: Context, uri: str) -> Fetched:
    key = await context.runtime.keys.instance()
    # A redirect would be one more request, and to whomever its sender chooses.
    return await context.runtime.client.get(uri, key=key, redirects=0)


async def _failed(context: Context, of: Crawl, item: CrawlItem, refused: Refused) -> None:
    """It is not there, or not now: then once more, and a server that is ill is left alone."""

    def transaction(tx: Tx) -> None:
        ended = refused.code != "not_fetched" or item.tries + 1 >= crawling.TRIES
        if ended:
            crawling.end(tx, item)
        if ended and item.what == "context" and item.page == 0:
            crawling.no_context(tx, context.env, of.id)
        if ended and refused.code == "not_fetched":
            crawls.drop_host(tx, of.id, item.host)

    log.info("crawl_refused", uri=item.uri, code=refused.code)
    await context.runtime.write(transaction)


async def _note(context: Context, of: Crawl, item: CrawlItem) -> None:
    runtime, text = context.runtime, item.document
    if text is None:
        fetched = await _get(context, item.uri)
        checked = check_fetched(fetched)
        if isinstance(checked, Refused):
            await _failed(context, of, item, checked)
            return
        text = fetched.body.decode()
    document = parse(text)
    owner = as_id(next(iter(as_list(document.get("attributedTo"))), None))
    if owner is None or not same_origin(owner, item.uri):
        await runtime.write(lambda tx: crawling.end(tx, item))
        return
    known = await runtime.store.read(lambda tx: actors.actor_by_uri(tx, owner))
    if known is None and item.document is None:
        # Who wrote it is another request to the same server: not now, but next.
        await runtime.write(
            lambda tx: crawls.change_item(tx, item.id, document=text, rank=0, tries=0)
        )
        return
    author = known or await context.directory.actor(owner)
    if isinstance(author, Refused):
        await _failed(context, of, item, author)
        return
    arrival = await read_arrival_aside(document, author, size=len(text))
    env, held = context.env, text

    def transaction(tx: Tx) -> None:
        settling = Settling(tx, env, of)
        if isinstance(arrival, Refused) or author.suspended_at is not None:
            crawling.end(tx, item)
        else:
            settling.settle(item, arrival, document, held)
        settling.settle_held(item.host)

    await runtime.write(transaction)


async def _page(context: Context, of: Crawl, item: CrawlItem) -> None:
    asked_at = context.env.now()
    checked = check_listing(await _get(context, item.uri))
    view = None if isinstance(checked, Refused) else read_page(checked)
    if isinstance(checked, Refused) or view is None:
        refused = checked if isinstance(checked, Refused) else Refused("bad_document", "no page")
        await _failed(context, of, item, refused)
        return
    following = view.next or view.first
    if following is not None and not same_origin(following, item.uri):
        following = None
    env = context.env
    whole = as_texts(embedded_items(view.items, item.uri, checked.get("@context")))

    def transaction(tx: Tx) -> None:
        crawling.end(tx, item)
        if item.what == "outbox":
            more = _from_outbox(tx, env, of, view.items)
        elif item.what == "featured":
            everything = item.page == 0 and following is None
            everything = everything and len(view.items) >= (view.total or 0)
            acquaintance.listed(tx, env, of, view.item_ids, whole=everything, asked_at=asked_at)
            more = not view.items
        else:
            depth = item.depth + 1
            crawling.want_notes(
                tx, env, of.id, view.item_ids, rank=2 * depth, depth=depth, whole=whole
            )
            Settling(tx, env, of).settle_held(item.host)
            more = True
        if following is not None and more:
            crawling.want_page(
                tx,
                env,
                of.id,
                following,
                item.what,
                rank=item.rank,
                depth=item.depth,
                page=item.page + 1,
            )

    await context.runtime.write(transaction)


def _from_outbox(tx: Tx, env: Env, of: Crawl, items: tuple[str | Doc, ...]) -> bool:
    """Put the newest posts of an outbox on the list; whether there is room for more."""
    actor = actors.actor(tx, of.actor_id) if of.actor_id is not None else None
    now = crawls.crawl(tx, of.id)
    if actor is None or now is None:
        return False
    room = crawling.FROM_OUTBOX - now.notes
    wanted = [uri for uri in (_created(item, actor) for item in items) if uri is not None]
    crawling.want_notes(tx, env, of.id, wanted[:room], rank=2, depth=1)
    return len(wanted) < room


def _created(item: str | Doc, actor: Actor) -> str | None:
    """The post that an activity of an outbox made, if it is the actor's own."""
    if isinstance(item, str) or "Create" not in types(item):
        return None
    made = as_id(item.get("object"))
    return made if made is not None and same_origin(made, actor.uri) else None
