"""Jobs that look at the stamps behind credits for pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from activitypub.coauthorship.credits import Credit, judge_credit
from activitypub.coauthorship.verification import CoAuthorState
from activitypub.verdicts import Fetched
from activitypub.vocab.reading import same_origin
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import crediting, documents
from storage.engine import Tx
from storage.queries import actors
from storage.queries import crediting as stored
from storage.queries import posts as post_queries


async def verify_credit(context: Context, payload: Mapping[str, Any]) -> None:
    """The stamp behind an artist's answer, against our own copy of the question."""
    runtime, env = context.runtime, context.env
    offer_id, stamp_uri = int(payload["offer_id"]), str(payload["stamp_uri"])

    def query(tx: Tx) -> Any:
        offer = stored.offer(tx, offer_id)
        return offer, actors.actor(tx, offer.target_id) if offer is not None else None

    offer, artist = await runtime.store.read(query)
    if offer is None or artist is None or offer.state != "offered":
        return
    asked = orjson.loads(offer.document)["interactingObject"]
    credit = Credit(offer.position, offer.media, artist.uri, stamp_uri)
    fetched, state, reason = await _look(context, asked, credit)
    if state is CoAuthorState.UNKNOWN:
        raise Again(f"stamp not fetched: {reason}")
    log.info("credit_checked", offer=offer.uri, state=state.value, reason=reason)
    if state is CoAuthorState.VERIFIED and fetched is not None:
        text, at = orjson.dumps(fetched.document).decode(), fetched.fetched_at
        await runtime.write(lambda tx: crediting.agreed(tx, env, offer_id, stamp_uri, text, at))


async def check_credits(context: Context, payload: Mapping[str, Any]) -> None:
    """Every credit of a post that names a stamp: is it the artist's, for this picture and post?"""
    runtime, env = context.runtime, context.env
    post_id = int(payload["post_id"])

    def query(tx: Tx) -> Any:
        post = post_queries.post(tx, post_id)
        if post is None or post.state != "published":
            return None
        document = documents.full_note(tx, post) if post.local else orjson.loads(post.document)
        return document, stored.credits_of(tx, [post_id]).get(post_id, [])

    found = await runtime.store.read(query)
    if found is None:
        return
    document, rows = found
    for row in rows:
        if not row.stamp_uri or not row.actor_uri:
            continue
        credit = Credit(row.position, row.digest, row.actor_uri, row.stamp_uri)
        fetched, state, reason = await _look(context, document, credit)
        log.info("credit_checked", post=document["id"], state=state.value, reason=reason)
        if state is CoAuthorState.VERIFIED:
            await context.directory.actor(row.actor_uri)  # they are shown by name and handle
        at = fetched.fetched_at if fetched is not None else env.now()
        position, stamp = row.position, row.stamp_uri

        def keep(
            tx: Tx,
            position: int = position,
            state: CoAuthorState = state,
            at: int = at,
            stamp: str = stamp,
        ) -> None:
            crediting.checked(tx, env, post_id, position, state, at, stamp)

        await runtime.write(keep)


async def _look(
    context: Context, document: Mapping[str, Any], credit: Credit
) -> tuple[Fetched | None, CoAuthorState, str]:
    # Nobody is made to fetch anything from a server that is not the artist's.
    if credit.stamp is None or not same_origin(credit.stamp, credit.actor):
        return None, CoAuthorState.INVALID, "other_origin"
    fetched = await _own(context, credit.stamp)
    if fetched is None:
        key = await context.runtime.keys.instance()
        fetched = await context.runtime.client.get(credit.stamp, key=key)
    return fetched, *judge_credit(document, credit, fetched)


async def _own(context: Context, uri: str) -> Fetched | None:
    """A stamp of this very server, without asking the network."""
    if not context.runtime.is_own(uri):
        return None
    held = await context.runtime.store.read(lambda tx: stored.offer_by_stamp(tx, uri))
    text = held.stamp_document if held is not None and held.stamp_deleted_at is None else None
    document = orjson.loads(text) if text is not None else None
    return Fetched(
        url=uri,
        status=404 if document is None else 200,
        fetched_at=context.env.now(),
        final_url=uri,
        media_type="application/activity+json",
        document=document,
    )
