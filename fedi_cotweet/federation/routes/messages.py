"""Direct messages about consent by their ids, and the pictures of drafts that they show."""

from __future__ import annotations

import orjson
from aiohttp import web

from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer, missing
from fedi_cotweet.federation.routes.objects import fetcher_of
from fedi_cotweet.services import documents
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.sending_files import send
from storage.engine import Tx
from storage.models import ConsentMessage, Media, Offer
from storage.queries import consents, messages, post_media

_OPEN = frozenset({"offered", "accepted", "published"})


async def message(request: web.Request) -> web.Response:
    """A message, for the two it is between; everybody else gets what they get for none."""
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path
    fetcher = await fetcher_of(request)

    def query(tx: Tx) -> tuple[ConsentMessage | None, Offer | None]:
        held = messages.message(tx, uri)
        ours = held if held is not None and held.ours else None
        return ours, consents.offer(tx, ours.offer_id) if ours is not None else None

    held, offer = await context.runtime.store.read(query)
    if held is None or offer is None or fetcher is None:
        return missing()
    if fetcher.id not in (offer.sender_id, offer.target_id):
        return missing()
    document = documents.with_context(orjson.loads(held.document))
    return json_answer(document, cache="private, no-store", vary="Accept, Signature")


async def picture(request: web.Request) -> web.StreamResponse:
    """A picture of a draft for whoever was told this address, while its question is open.

    Unaware servers fetch pictures without a signature. The address has as many unpredictable bits
    as a stamp's and stands in one message only, so it proves that its reader was asked.
    """
    context = request.app[CONTEXT]
    base, _, name = request.path.rpartition("/")
    uri = context.env.addresses.base + base
    number = int(name.partition(".")[0])

    def query(tx: Tx) -> Media | None:
        held = messages.message(tx, uri)
        offer = consents.offer(tx, held.offer_id) if held is not None and held.ours else None
        if held is None or offer is None or held.kind != "asked" or offer.state not in _OPEN:
            return None
        shown = post_media.media_of(tx, post_ids=[offer.post_id or 0])
        return shown[number] if number < len(shown) else None

    item = await context.runtime.store.read(query)
    if (
        item is None
        or item.path is None
        or name != f"{number}{documents.SUFFIXES.get(item.media_type)}"
    ):
        return missing()
    headers = {
        "Content-Type": item.media_type,
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return await send(request, files_of(context.runtime.settings), item.path, headers)
