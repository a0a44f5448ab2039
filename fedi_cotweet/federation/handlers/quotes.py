"""``QuoteRequest``: somebody elsewhere asks to quote a post of ours."""

from __future__ import annotations

from activitypub.activities.quote_request import check_quote_request, parse_quote_request
from activitypub.verdicts import Refused
from activitypub.vocab.reading import parse_strict_json
from fedi_cotweet.federation.arrivals import read_arrival_aside
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import arrivals, quote_requests
from fedi_cotweet.services.events import later
from storage.engine import Tx


async def quote_request(context: Context, incoming: Incoming) -> str:
    """A request by the author of the quoting post, which is embedded or fetched.

    The embedded post is the sender's to publish, as in a ``Create``.
    """
    request = parse_quote_request(incoming.document)
    refused = check_quote_request(request)
    if refused is not None:
        return refused.code
    env, actor = context.env, incoming.actor
    if not context.runtime.is_own(request.object_id):
        return "unknown_object"
    if not context.budgets.quotes.spend(actor.host, incoming.received_at):
        return "too_many"
    if request.note is None:
        return await context.once(
            incoming,
            lambda tx: _fetch_first(tx, context, incoming, request.instrument),
        )
    document = incoming.document
    if request.note.get("coAuthors"):
        document = parse_strict_json(incoming.text)
    arrival = await read_arrival_aside(
        document["instrument"],
        actor,
        size=len(incoming.text),
        context=document.get("@context"),
    )
    if isinstance(arrival, Refused):
        return arrival.code

    def transaction(tx: Tx) -> str:
        post_id, outcome = arrivals.store_arrival(tx, env, arrival, update=True)
        if post_id is None:
            return outcome
        return quote_requests.receive_request(
            tx, env, request.id, actor, request.object_id, request.instrument
        )

    return await context.once(incoming, transaction)


def _fetch_first(tx: Tx, context: Context, incoming: Incoming, instrument: str) -> str:
    later(
        tx,
        context.env,
        "answer_quote",
        incoming.envelope.id,
        uri=incoming.envelope.id,
        actor_id=incoming.actor.id,
        quoted=parse_quote_request(incoming.document).object_id,
        quoting=instrument,
    )
    return "to_fetch"
