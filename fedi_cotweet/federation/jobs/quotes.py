"""Jobs that look at consent to quotes, and at posts that would quote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.quotes.stamps import QuoteStamp, check_quote_stamp, may_be_stamp_of
from activitypub.vocab.reading import host_of
from fedi_cotweet.domain.limits import HOUR
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.jobs.fetching import fetch_note
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import quote_requests, quotes
from fedi_cotweet.services.audiences import EVERYBODYS
from storage.engine import Tx
from storage.models import Actor, Post, Quote
from storage.queries import actors
from storage.queries import posts as post_queries
from storage.queries import quotes as stored

ENOUGH_FOR = HOUR
"""How long a server whose quotes were looked at often enough is left in peace."""
_NOT_NOW = (0, 401, 403, 408, 429)


async def verify_quote(context: Context, payload: Mapping[str, Any]) -> None:
    """Fetch what a post quotes, if need be, and the stamp: is it for this quote and its author's?

    One post and one stamp, both from the quoted post's origin, which may be made to serve so many
    an hour and no more.
    """
    runtime, env, post_id = context.runtime, context.env, int(payload["post_id"])
    found = await _look_up(context, post_id)
    if found is None:
        return
    post, held, quoted, author = found
    if runtime.is_own(held.quoted_uri) or held.state not in ("pending", "accepted"):
        return
    if not context.budgets.quotes.spend(host_of(held.quoted_uri) or "", env.now()):
        raise Again("enough quotes of this server for now", after=ENOUGH_FOR)
    if quoted is None:
        await fetch_note(context, held.quoted_uri, depth=int(payload["depth"]) + 1)
        found = await _look_up(context, post_id)
        if found is None or found[2] is None:
            return
        post, held, quoted, author = found
    if quoted is None or author is None:
        return
    if quoted.author_id == post.author_id:
        await runtime.write(lambda tx: quotes.verified(tx, env, post_id, held.stamp_uri, env.now()))
        return
    if quoted.state != "published" or quoted.visibility not in EVERYBODYS:
        return
    stamp_uri = held.stamp_uri
    if stamp_uri is None or not may_be_stamp_of(stamp_uri, held.quoted_uri):
        return
    fetched = await runtime.client.get(stamp_uri, key=await runtime.keys.instance())
    if fetched.status in _NOT_NOW or fetched.status >= 500:
        raise Again(f"stamp not fetched: {fetched.status} {fetched.error}")
    checked = check_quote_stamp(
        fetched,
        stamp_uri=stamp_uri,
        quoting=post.uri,
        quoted=held.quoted_uri,
        quoted_author=author.uri,
    )
    if isinstance(checked, QuoteStamp):
        log.info("quote_verified", post=post.uri, stamp=stamp_uri)
        at = fetched.fetched_at
        await runtime.write(lambda tx: quotes.verified(tx, env, post_id, stamp_uri, at))
        return
    log.info("quote_refused", post=post.uri, stamp=stamp_uri, code=checked.code)
    gone = fetched.status in (404, 410)
    await runtime.write(lambda tx: quotes.not_verified(tx, env, post_id, stamp_uri, gone=gone))


async def _look_up(
    context: Context, post_id: int
) -> tuple[Post, Quote, Post | None, Actor | None] | None:
    def query(tx: Tx) -> tuple[Post, Quote, Post | None, Actor | None] | None:
        post, held = post_queries.post(tx, post_id), stored.quote(tx, post_id)
        if post is None or held is None or post.state != "published":
            return None
        quoted = post_queries.post_by_uri(tx, held.quoted_uri)
        return post, held, quoted, actors.actor(tx, quoted.author_id) if quoted else None

    return await context.runtime.store.read(query)


async def answer_quote(context: Context, payload: Mapping[str, Any]) -> None:
    """A request that came without its quoting post: fetch that, and see whose it is."""
    env, quoting = context.env, str(payload["quoting"])
    await fetch_note(context, quoting)

    def transaction(tx: Tx) -> str:
        post = post_queries.post_by_uri(tx, quoting)
        quoter = actors.actor(tx, int(payload["actor_id"]))
        held = stored.quote(tx, post.id) if post is not None else None
        if post is None or quoter is None or post.state != "published":
            return "unknown_object"
        if post.author_id != quoter.id:
            return "not_the_author"
        if held is None or held.quoted_uri != payload["quoted"]:
            return "other_quote"
        return quote_requests.receive_request(
            tx, env, str(payload["uri"]), quoter, held.quoted_uri, quoting
        )

    outcome = await context.runtime.write(transaction)
    log.info("quote_request_answered", request=payload["uri"], outcome=outcome)
