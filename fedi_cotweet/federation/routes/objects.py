"""Notes, stamps, Offers and activities by their ids."""

from __future__ import annotations

from typing import Any, Final

import orjson
from aiohttp import web

from activitypub.activities.create import build_create
from activitypub.coauthorship.credits import CREDIT_TYPE
from activitypub.coauthorship.statistics import Statistics, build_statistics
from activitypub.documents.tombstone import build_tombstone
from activitypub.quirks import needs_single_author_on_get
from activitypub.quotes.stamps import QUOTE_STAMP, QuoteStamp, build_quote_stamp
from fedi_cotweet.federation.incoming import check_request
from fedi_cotweet.federation.routes.answering import (
    CONTEXT,
    caller_of,
    json_answer,
    missing,
    number,
    signed_request,
    wants_page,
)
from fedi_cotweet.federation.routes.bearers import reader
from fedi_cotweet.federation.routes.conversation import replies_member
from fedi_cotweet.services import besides, documents, hiding
from fedi_cotweet.services import statistics as known
from fedi_cotweet.services.audiences import EVERYBODYS, everybodys
from fedi_cotweet.services.statistics import Part
from storage.engine import Tx
from storage.models import Actor, Media, Post
from storage.queries import actors, consents, crediting, quotes
from storage.queries import posts as post_queries

FOR_ONE: Final = "Accept, Signature, Authorization"


async def stamp(request: web.Request) -> web.Response:
    """A stamp, readable by everyone who knows its id; 410 once it was deleted."""
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path
    stamp = await context.runtime.store.read(lambda tx: consents.stamp_by_uri(tx, uri))
    if stamp is None:
        return missing()
    if stamp.deleted_at is not None:
        document = build_tombstone(uri, stamp.deleted_at, "CoAuthorAuthorization")
        return json_answer(document, status=410, cache="no-store")
    return json_answer(orjson.loads(stamp.document), cache="no-cache")


async def credit(request: web.Request) -> web.Response:
    """An artist's consent to be named under a picture; 410 once it was deleted."""
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path
    held = await context.runtime.store.read(lambda tx: crediting.offer_by_stamp(tx, uri))
    if held is None or held.stamp_document is None:
        return missing()
    if held.stamp_deleted_at is not None:
        document = build_tombstone(uri, held.stamp_deleted_at, CREDIT_TYPE)
        return json_answer(document, status=410, cache="no-store")
    return json_answer(orjson.loads(held.stamp_document), cache="no-cache")


async def quote_stamp(request: web.Request) -> web.Response:
    """Consent to a quote of a post of ours; 410 once it was taken back, or the post deleted."""
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path

    def query(tx: Tx) -> tuple[QuoteStamp, int | None] | None:
        held = quotes.request_by_stamp(tx, uri)
        quoted = post_queries.post(tx, held.quoted_id) if held is not None else None
        owner = actors.actor(tx, held.owner_id) if held is not None else None
        if held is None or quoted is None or owner is None:
            return None
        stands = held.state == "accepted" and quoted.state == "published"
        stamp = QuoteStamp(uri, owner.uri, held.quoting_uri, quoted.uri)
        return stamp, None if stands else held.answered_at or held.created_at

    found = await context.runtime.store.read(query)
    if found is None:
        return missing()
    stamp, ended_at = found
    if ended_at is not None:
        document = build_tombstone(uri, ended_at, QUOTE_STAMP)
        return json_answer(document, status=410, cache="no-store")
    return json_answer(build_quote_stamp(stamp), cache="no-cache")


async def fetcher_of(request: web.Request) -> Actor | None:
    """Who signed this GET, if anybody did."""
    if "Signature" not in request.headers:
        return None
    context = request.app[CONTEXT]
    checked = await check_request(
        context.runtime, context.directory, signed_request(request, b""), caller_of(request)
    )
    return checked if isinstance(checked, Actor) else None


async def asking(request: web.Request) -> Actor | None:
    """Who asks: somebody here with a token of theirs, or whoever signed."""
    return await reader(request) or await fetcher_of(request)


async def may_fetch_draft(request: web.Request, object_uri: str) -> bool:
    """Whether a signed GET comes from the primary author or somebody invited and not gone."""
    fetcher = await asking(request)
    if fetcher is None:
        return False

    def query(tx: Tx) -> bool:
        post = post_queries.post_by_uri(tx, object_uri)
        if post is not None and post.author_id == fetcher.id:
            return True
        return any(
            fetcher.id in (offer.sender_id, offer.target_id)
            and offer.channel == "offer"
            and offer.state in ("offered", "accepted")
            for offer in consents.offers_for_object(tx, object_uri, "sent")
        )

    return await request.app[CONTEXT].runtime.store.read(query)


async def may_fetch_draft_media(request: web.Request, item: Media) -> bool:
    """The same for a picture of a draft."""
    if item.post_id is None:
        return False
    post_id = item.post_id
    post = await request.app[CONTEXT].runtime.store.read(lambda tx: post_queries.post(tx, post_id))
    return post is not None and await may_fetch_draft(request, post.uri)


async def _may_know(request: web.Request, post: Post) -> bool:
    """Whether a signed GET comes from somebody for whom a narrow post is, or was."""
    fetcher = await asking(request)
    if fetcher is None:
        return False
    now = request.app[CONTEXT].env.now()

    def query(tx: Tx) -> bool:
        return not hiding.hidden(tx, now, fetcher.id, [post])

    return await request.app[CONTEXT].runtime.store.read(query)


async def note(request: web.Request) -> web.StreamResponse:
    """A note. A draft is there for its authors only, a deleted one is a Tombstone.

    One that is not for everybody is there for those who may read it, if they sign what they ask.
    """
    context = request.app[CONTEXT]
    post_id = number(request.match_info["id"])
    if post_id is None:
        return missing()
    single = needs_single_author_on_get(request.headers.get("User-Agent", ""))

    def query(tx: Tx) -> tuple[Post, dict[str, Any] | None] | None:
        post = post_queries.post(tx, post_id)
        if post is None or not post.local or post.uri != context.env.addresses.note(post_id):
            return None
        if everybodys(post):
            render = documents.plain_note if single else documents.fetched_note
            document = render(tx, post)
            document["replies"] = replies_member(tx, context.env, post)
            return post, document
        if post.state == "deleted":
            return post, None
        return post, documents.full_note(tx, post, state=post.state)

    found = await context.runtime.store.read(query)
    if found is None:
        await fetcher_of(
            request
        )  # else the look-up of a signer's key would tell drafts from nothing
        return missing()
    post, document = found
    if post.state == "draft":
        # Everyone else gets what they get for a note that never was.
        if document is None or not await may_fetch_draft(request, post.uri):
            return missing()
        whole = documents.with_context(document)
        return json_answer(whole, cache="private, no-store", vary=FOR_ONE)
    if post.visibility not in EVERYBODYS and not await _may_know(request, post):
        return missing()
    if post.state == "deleted":
        if post.published_at is None:
            await fetcher_of(request)
            return missing()
        tombstone = build_tombstone(post.uri, post.deleted_at, post.kind)
        return json_answer(tombstone, status=410)
    if document is None:
        return missing()
    if post.visibility not in EVERYBODYS:
        whole = documents.with_context(document)
        return json_answer(whole, cache="private, no-store", vary=FOR_ONE)
    if wants_page(request):
        raise web.HTTPFound(post.url, headers={"Vary": "Accept, User-Agent"})
    whole = documents.with_context(document)
    return json_answer(whole, vary="Accept, User-Agent")


async def create(request: web.Request) -> web.Response:
    """The Create of a published note, around the note as it is now: who left is not named."""
    context = request.app[CONTEXT]
    post_id = number(request.match_info["id"])
    single = needs_single_author_on_get(request.headers.get("User-Agent", ""))

    me = await reader(request)

    def query(tx: Tx) -> dict[str, Any] | None:
        post = None if post_id is None else post_queries.post(tx, post_id)
        if post is None or not post.local or post.state != "published":
            return None
        author = actors.actor(tx, post.author_id)
        if author is None or (
            post.visibility not in EVERYBODYS
            and (me is None or hiding.hidden(tx, context.env.now(), me.id, [post]))
        ):
            return None
        note = (documents.plain_note if single else documents.fetched_note)(tx, post)
        uri = context.env.addresses.create(post.id)
        made = build_create(uri, author.uri, note, post.published_at or 0)
        return besides.around(tx, post, made)

    document = await context.runtime.store.read(query)
    if document is None:
        return missing()
    if me is not None:
        return json_answer(document, cache="private, no-store", vary="Accept, Authorization")
    return json_answer(document, vary="Accept, User-Agent")


async def activity(request: web.Request) -> web.Response:
    """A public activity of a local actor; to that actor's own programs any of theirs."""
    uri = request.app[CONTEXT].env.addresses.base + request.path
    held = await request.app[CONTEXT].runtime.store.read(
        lambda tx: consents.activity_by_uri(tx, uri)
    )
    if held is None:
        return missing()
    if not held.public:
        me = await reader(request)
        if me is None or me.id != held.actor_id:
            return missing()
        return json_answer(orjson.loads(held.body), cache="private, no-store")
    return json_answer(orjson.loads(held.body))


async def offer(request: web.Request) -> web.Response:
    """An Offer is for its target alone, who got it; its address says nothing to anybody else."""
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path
    offer = await context.runtime.store.read(lambda tx: consents.offer_by_uri(tx, uri, "sent"))
    fetcher = await asking(request)
    if offer is None or fetcher is None or fetcher.id not in (offer.sender_id, offer.target_id):
        return missing()
    if offer.channel != "offer":
        return missing()
    return json_answer(orjson.loads(offer.document), cache="private, no-store", vary="Signature")


async def statistics(request: web.Request) -> web.Response:
    """What this server knows of a post, for the other authors' servers; 404 for everybody else."""
    context = request.app[CONTEXT]
    env = context.env
    name, object_uri = request.match_info["name"], request.query.get("object", "")
    asker = await fetcher_of(request)
    if asker is None:
        return missing()

    def query(tx: Tx) -> tuple[str, Part] | None:
        account = actors.account_by_name(tx, name)
        asked = None if account is None else actors.actor(tx, account.id)
        post = None if asked is None else known.may_ask(tx, env, object_uri, asked, asker)
        if post is None or asked is None:
            return None
        return asked.uri, known.own_part(tx, env, post)

    found = await context.runtime.store.read(query)
    if found is None:
        return missing()
    author, part = found
    document = build_statistics(
        author,
        object_uri,
        Statistics(part.views, part.followers_gained, part.likes, part.shares, part.replies),
    )
    return json_answer(document, cache="private, no-store", vary="Signature")
