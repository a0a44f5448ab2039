"""Requests to quote, answers to them and consent taken back become activities."""

from __future__ import annotations

from activitypub.activities.accept import build_accept
from activitypub.activities.quote_request import build_quote_request, quote_request_reference
from activitypub.activities.reject import build_reject
from activitypub.quotes.stamps import QuoteStamp, build_delete_quote_stamp, build_quote_stamp
from activitypub.vocab.terms import AS2, QUOTE_STAMP_TERMS
from fedi_cotweet.federation.outbox.lookups import GoneError, Payload
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, proven
from fedi_cotweet.services import documents
from storage.engine import Tx
from storage.models import Actor, Post, QuoteRequest
from storage.queries import actors, posts, quotes


async def quote_requested(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    def query(tx: Tx) -> tuple[str, Actor, Actor, str, dict[str, object]] | None:
        post, held = posts.post(tx, payload["post_id"]), quotes.quote(tx, payload["post_id"])
        quoted = posts.post_by_uri(tx, held.quoted_uri) if held is not None else None
        if post is None or held is None or quoted is None or post.state != "published":
            return None
        people = actors.actors(tx, [post.author_id, quoted.author_id])
        author, asked = people[post.author_id], people[quoted.author_id]
        if held.request_uri is None:
            return None
        # Whoever asks is one actor: the rendition that has one author, and no terms of ours.
        note = documents.plain_note(tx, post)
        return held.request_uri, author, asked, quoted.uri, note

    found = await runtime.store.read(query)
    if found is None:
        return []
    uri, author, asked, quoted_uri, note = found
    document = build_quote_request(uri, author.uri, quoted_uri, note, asked.uri)
    return [
        Outgoing(
            uri=uri,
            actor_id=author.id,
            kind="QuoteRequest",
            body=await proven(runtime, author.id, document),
            audience=Audience(people=(asked.id,), personal=True),
        )
    ]


async def quote_answered(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    request, quoted, author, quoter = await _parties(runtime, payload)
    asked = quote_request_reference(
        str(payload["uri"]), quoter.uri, quoted.uri, request.quoting_uri
    )
    uri = runtime.env.addresses.activity(author.username, int(payload["answer_id"]))
    audience = Audience(people=(quoter.id,), personal=True)
    terms = {"@context": [AS2, dict(QUOTE_STAMP_TERMS)]}
    if request.state != "accepted":
        document = build_reject(uri, author.uri, asked, [quoter.uri]) | terms
        body = await proven(runtime, author.id, document)
        return [Outgoing(uri=uri, actor_id=author.id, kind="Reject", body=body, audience=audience)]
    document = build_accept(uri, author.uri, asked, [quoter.uri], result=request.stamp_uri) | terms
    body = await proven(runtime, author.id, document)
    return [Outgoing(uri=uri, actor_id=author.id, kind="Accept", body=body, audience=audience)]


async def quote_revoked(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """Consent is taken back: whoever quoted learns it, and all who follow the quoted author."""
    request, quoted, author, quoter = await _parties(runtime, payload)
    if request.stamp_uri is None:
        return []
    stamp = QuoteStamp(request.stamp_uri, author.uri, request.quoting_uri, quoted.uri)
    document = build_delete_quote_stamp(stamp, [quoter.uri])
    return [
        Outgoing(
            uri=str(document["id"]),
            actor_id=author.id,
            kind="Delete",
            body=await proven(runtime, author.id, document),
            # People of ours have it from the same database.
            audience=Audience(people=() if quoter.local else (quoter.id,), personal=True),
            extra=(Audience(followers_of=(author.id,), holders_of=(quoted.uri,)),),
        )
    ]


async def quote_vetoed(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A co-author here of what is quoted asks the primary author's server to take consent back."""

    def query(tx: Tx) -> tuple[QuoteStamp, Actor, Actor] | None:
        post, held = posts.post(tx, payload["post_id"]), quotes.quote(tx, payload["post_id"])
        quoted = posts.post_by_uri(tx, held.quoted_uri) if held is not None else None
        if post is None or held is None or quoted is None or held.stamp_uri is None:
            return None
        people = actors.actors(tx, [payload["account_id"], quoted.author_id])
        primary = people[quoted.author_id]
        stamp = QuoteStamp(held.stamp_uri, primary.uri, post.uri, quoted.uri)
        return stamp, people[payload["account_id"]], primary

    found = await runtime.store.read(query)
    if found is None:
        return []
    stamp, me, primary = found
    uri = f"{me.uri}#vetoes/{payload['post_id']}"
    given = {name: value for name, value in build_quote_stamp(stamp).items() if name != "@context"}
    document = build_reject(uri, me.uri, given, [primary.uri])
    document["@context"] = [AS2, dict(QUOTE_STAMP_TERMS)]
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Reject",
            body=await proven(runtime, me.id, document),
            audience=Audience(people=(primary.id,), personal=True),
        )
    ]


async def _parties(runtime: Runtime, payload: Payload) -> tuple[QuoteRequest, Post, Actor, Actor]:
    def query(tx: Tx) -> tuple[QuoteRequest | None, Post | None, dict[int, Actor]]:
        request = quotes.request(tx, payload["request_id"])
        if request is None:
            return None, None, {}
        people = actors.actors(tx, [request.owner_id, request.actor_id])
        return request, posts.post(tx, request.quoted_id), people

    request, quoted, people = await runtime.store.read(query)
    if request is None or quoted is None:
        raise GoneError("quote request")
    return request, quoted, people[request.owner_id], people[request.actor_id]
