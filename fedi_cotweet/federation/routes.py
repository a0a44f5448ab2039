"""The addresses other servers use: inboxes, actors, collections, notes, stamps, discovery."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal

import orjson
from aiohttp import web

from activitypub.activities.create import build_create
from activitypub.discovery import (
    JRD_JSON,
    Handle,
    Instance,
    build_jrd,
    build_nodeinfo,
    build_server_jrd,
    nodeinfo_type,
    parse_handle,
)
from activitypub.documents.actor import ApprovalPolicy, build_actor
from activitypub.documents.collection import build_collection, build_page
from activitypub.documents.tombstone import build_tombstone
from activitypub.errors import DocumentError
from activitypub.quirks import needs_single_author_on_get
from activitypub.signatures.request import SignedRequest
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_id
from activitypub.vocab.terms import ACTIVITY_JSON, AF48, is_activitypub_type
from fedi_cotweet import __version__
from fedi_cotweet.documents import well_known
from fedi_cotweet.federation.handlers import Context, handle
from fedi_cotweet.federation.incoming import Departed, NotNow, authenticate, check_request
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import documents
from fedi_cotweet.services.accounts import INSTANCE_USERNAME
from storage.engine import Tx
from storage.errors import StorageError
from storage.models import Actor, ActorKey, Media, Post
from storage.queries import actors, consents, follows
from storage.queries import posts as post_queries

CONTEXT: Final = web.AppKey("federation_context", Context)
PAGE: Final = 40
JSON_TYPES: Final = frozenset({"application/json", ""})

Route = Callable[[web.Request], Awaitable[web.StreamResponse]]


def setup(app: web.Application, context: Context) -> None:
    """Add the routes of federation to an application."""
    app[CONTEXT] = context
    for item in well_known(context.env.addresses.base):
        app.router.add_get(item.path, _constant(item.body, item.media_type))
    app.router.add_get("/.well-known/webfinger", _webfinger)
    app.router.add_get("/nodeinfo/{version:2\\.[01]}", _nodeinfo)
    app.router.add_post("/inbox", _inbox)
    app.router.add_get("/actor", _actor)
    app.router.add_post("/actor/inbox", _inbox)
    app.router.add_get("/actor/outbox", _empty)
    app.router.add_get("/actor/followers", _empty)
    app.router.add_get("/actor/following", _empty)
    app.router.add_get("/users/{name}", _actor)
    app.router.add_post("/users/{name}/inbox", _inbox)
    app.router.add_get("/users/{name}/outbox", _outbox)
    app.router.add_get("/users/{name}/followers", _followers)
    app.router.add_get("/users/{name}/following", _following)
    app.router.add_get("/users/{name}/collections/featured", _empty)
    app.router.add_get("/users/{name}/coauthor/{token}", _stamp)
    app.router.add_get("/users/{name}/offers/{token}", _offer)
    app.router.add_get("/users/{name}/activities/{id}", _activity)
    app.router.add_get("/users/{name}/announces/{id}", _activity)
    app.router.add_get("/notes/{id:\\d{1,19}}", _note)
    app.router.add_get("/notes/{id:\\d{1,19}}/activity", _create)


def _constant(body: bytes, media_type: str) -> Route:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            body=body,
            headers={"Content-Type": media_type, "Access-Control-Allow-Origin": "*"},
        )

    return answer


def _json(
    document: Any,
    *,
    status: int = 200,
    media_type: str = ACTIVITY_JSON,
    cache: str = "public, max-age=30",
    vary: str = "Accept",
) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(document),
        headers={
            "Content-Type": media_type,
            "Cache-Control": cache,
            "Vary": vary,
            "X-Content-Type-Options": "nosniff",
        },
    )


def _problem(status: int, code: str, reason: str, **headers: str) -> web.Response:
    """An error for a program: what was wrong, in words that are safe to show."""
    return web.Response(
        status=status,
        body=orjson.dumps({"error": code, "message": reason}),
        headers={"Content-Type": "application/json", "Cache-Control": "no-store", **headers},
    )


def _missing() -> web.Response:
    return _problem(404, "not_found", "There is nothing here.")


def _signed_request(request: web.Request, body: bytes) -> SignedRequest:
    base = request.app[CONTEXT].env.addresses.base
    return SignedRequest.of(
        request.method,
        base + request.raw_path,
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers],
        body,
    )


async def _inbox(request: web.Request) -> web.Response:
    """Take an activity. 202: it is on our disk (or none of our business); else what to do.

    400 the body is no activity; 401 it is not signed as it must be, or not by its actor; 413 too
    large; 415 not an ActivityPub media type; 503 come again later (docs/reference/inbox.md).
    """
    context = request.app[CONTEXT]
    content_type = request.headers.get("Content-Type", "")
    if not is_activitypub_type(content_type) and request.content_type not in JSON_TYPES:
        return _problem(415, "media_type", f"Send activities as {ACTIVITY_JSON}.")
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        limit = context.runtime.settings.max_body_bytes
        return _problem(413, "too_large", f"An activity has at most {limit} bytes here.")
    recipient = None
    name = request.match_info.get("name")
    if name is not None:
        account = await context.runtime.store.read(lambda tx: actors.account_by_name(tx, name))
        if account is None:
            return _missing()
        recipient = account.id
    try:
        incoming = await authenticate(
            context.runtime, context.directory, _signed_request(request, body), recipient
        )
        if isinstance(incoming, NotNow):
            log.info("inbox_not_now", reason=incoming.reason)
            return _problem(503, "key_unavailable", incoming.reason, **{"Retry-After": "60"})
        if isinstance(incoming, Departed):
            log.info("inbox_departed", actor=incoming.actor_uri)
            return web.Response(status=202)
        if isinstance(incoming, Refused):
            log.info("inbox_refused", code=incoming.code, reason=incoming.reason)
            return _problem(401, incoming.code, incoming.reason)
        await handle(context, incoming)
    except DocumentError as error:
        log.info("inbox_bad_document", code=error.code, reason=error.safe)
        return _problem(400, error.code, error.safe)
    except StorageError as error:
        # Not acknowledged, so not lost: a full disk or a busy database answers 503.
        log.warning("inbox_not_stored", code=error.code, detail=error.detail)
        return _problem(error.status, error.code, error.safe)
    return web.Response(status=202)


async def _webfinger(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    at = context.env.addresses
    resource = request.query.get("resource")
    open_to_all = {"Access-Control-Allow-Origin": "*"}
    if not resource:
        return _problem(400, "no_resource", "Say whom you look for: ?resource=acct:name@host")
    if resource.rstrip("/") in (at.base, at.instance_actor):
        document = build_server_jrd(at.base, at.instance_actor)
        return _jrd(document)
    username = None
    for prefix in (f"{at.base}/@", f"{at.base}/users/"):
        if resource.startswith(prefix):
            username = resource.removeprefix(prefix)
    if username is None:
        try:
            found = parse_handle(resource)
        except DocumentError:
            return _problem(404, "not_found", "Nobody here has that name.", **open_to_all)
        if found.host != at.host:
            return _problem(404, "not_found", "That is not a name of this server.", **open_to_all)
        username = found.username
    if username == INSTANCE_USERNAME or username == at.host:
        return _jrd(build_jrd(Handle(INSTANCE_USERNAME, at.host), at.instance_actor, at.base))
    wanted = username
    account = await context.runtime.store.read(lambda tx: actors.account_by_name(tx, wanted))
    if account is None or account.service:
        return _problem(404, "not_found", "Nobody here has that name.", **open_to_all)
    name = account.username
    return _jrd(build_jrd(Handle(name, at.host), at.actor(name), at.profile(name)))


def _jrd(document: dict[str, Any]) -> web.Response:
    response = _json(document, media_type=JRD_JSON, cache="public, max-age=300")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


async def _nodeinfo(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]

    def query(tx: Tx) -> tuple[int, int]:
        return actors.count_people(tx), post_queries.count_local_posts(tx)

    people, posts = await context.runtime.store.read(query)
    version: Literal["2.0", "2.1"] = "2.0" if request.match_info["version"] == "2.0" else "2.1"
    settings = context.runtime.settings
    document = build_nodeinfo(
        Instance(
            software="fedi-cotweet",
            version=__version__,
            open_registrations=False,
            users_total=people,
            local_posts=posts,
            metadata={
                "nodeName": settings.name,
                "nodeDescription": settings.description,
                "features": [AF48],
            },
        ),
        version,
    )
    response = _json(document, media_type=nodeinfo_type(version), cache="public, max-age=300")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


async def _local_actor(request: web.Request) -> tuple[Actor, list[ActorKey]] | None:
    name = request.match_info.get("name", INSTANCE_USERNAME)

    def query(tx: Tx) -> tuple[Actor, list[ActorKey]] | None:
        account = actors.account_by_name(tx, name)
        if account is None or account.username != name:
            return None
        if account.service and "name" in request.match_info:
            return None
        actor = actors.actor(tx, account.id)
        return None if actor is None else (actor, actors.keys_of(tx, actor.id))

    return await request.app[CONTEXT].runtime.store.read(query)


def wants_page(request: web.Request) -> bool:
    """Whether a browser asks: HTML is named in ``Accept`` before any ActivityPub type."""
    for part in request.headers.get("Accept", "").split(","):
        name = part.partition(";")[0].strip().lower()
        if name in ("application/activity+json", "application/ld+json", "application/json"):
            return False
        if name in ("text/html", "application/xhtml+xml"):
            return True
    return False


async def _actor(request: web.Request) -> web.StreamResponse:
    found = await _local_actor(request)
    if found is None:
        return _missing()
    actor, keys = found
    if wants_page(request):
        raise web.HTTPFound(actor.url, headers={"Vary": "Accept"})
    return _json(actor_document(request.app[CONTEXT], actor, keys), cache="public, max-age=180")


def actor_document(context: Context, actor: Actor, keys: list[ActorKey]) -> dict[str, Any]:
    """The document of a local actor."""
    at = context.env.addresses
    public = {key.kind: key.public for key in keys}
    service = actor.kind == "Application"
    return build_actor(
        id=actor.uri,
        username=actor.username,
        inbox=actor.inbox,
        outbox=actor.outbox or f"{actor.uri}/outbox",
        shared_inbox=at.shared_inbox,
        webfinger=f"{actor.username}@{at.host}",
        rsa_public_pem=public["rsa"],
        ed25519_multikey=public["ed25519"],
        kind=actor.kind,
        name=actor.name,
        summary=actor.summary,
        url=actor.url,
        followers=actor.followers_uri,
        following=actor.following_uri,
        featured=actor.featured_uri,
        published_at=actor.published_at,
        manually_approves=actor.manually_approves,
        discoverable=actor.discoverable,
        indexable=actor.indexable,
        fields=[(str(name), str(value)) for name, value in actor.fields or []],
        also_known_as=[str(uri) for uri in actor.also_known_as or []],
        moved_to=actor.moved_to,
        can_co_author=None
        if service or actor.can_co_author is None
        else ApprovalPolicy(manual=tuple(str(uri) for uri in actor.can_co_author)),
        application=None if service else at.instance_actor,
    )


def _number(text: str) -> int | None:
    """An id in decimal digits that the database can hold, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if number < 2**63 else None


def _before(request: web.Request) -> int | None:
    return _number(request.query.get("before", ""))


async def _paged(
    request: web.Request,
    count: Callable[[Tx, int], int],
    page: Callable[[Tx, int, int | None], list[tuple[int, Any]]],
) -> web.Response:
    """A collection, or with ``?page`` a page of it, newest first."""
    found = await _local_actor(request)
    if found is None:
        return _missing()
    actor = found[0]
    context = request.app[CONTEXT]
    collection = context.env.addresses.base + request.path
    if "page" not in request.query:
        total = await context.runtime.store.read(lambda tx: count(tx, actor.id))
        return _json(build_collection(collection, total, first=f"{collection}?page=1"))
    before = _before(request)
    rows = await context.runtime.store.read(lambda tx: page(tx, actor.id, before))
    here = f"{collection}?page=1" + (f"&before={before}" if before is not None else "")
    following = f"{collection}?page=1&before={rows[-1][0]}" if len(rows) == PAGE else None
    return _json(build_page(here, collection, [item for _, item in rows], next=following))


async def _outbox(request: web.Request) -> web.Response:
    def page(tx: Tx, actor_id: int, before: int | None) -> list[tuple[int, Any]]:
        rows = consents.public_activities(tx, actor_id, before, PAGE)
        return [(row.id, _public_activity(row.body)) for row in rows]

    return await _paged(request, consents.count_public_activities, page)


def _public_activity(body: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(body)
    if document["type"] == "Create":
        # As it was sent it may name somebody who has left: what it is now, the note itself says.
        document["object"] = as_id(document["object"])
    return {name: value for name, value in document.items() if name not in ("signature", "proof")}


async def _followers(request: web.Request) -> web.Response:
    return await _paged(
        request,
        follows.count_followers,
        lambda tx, actor_id, before: follows.follower_page(tx, actor_id, before, PAGE),
    )


async def _following(request: web.Request) -> web.Response:
    return await _paged(
        request,
        follows.count_following,
        lambda tx, actor_id, before: follows.following_page(tx, actor_id, before, PAGE),
    )


async def _empty(request: web.Request) -> web.Response:
    """A collection that exists and holds nothing: pins, and everything of the instance actor."""
    if await _local_actor(request) is None:
        return _missing()
    base = request.app[CONTEXT].env.addresses.base
    return _json(build_collection(base + request.path, 0, items=[]))


async def _stamp(request: web.Request) -> web.Response:
    """A stamp, readable by everyone who knows its id; 410 once it was deleted."""
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path
    stamp = await context.runtime.store.read(lambda tx: consents.stamp_by_uri(tx, uri))
    if stamp is None:
        return _missing()
    if stamp.deleted_at is not None:
        document = build_tombstone(uri, stamp.deleted_at, "CoAuthorAuthorization")
        return _json(document, status=410, cache="no-store")
    return _json(orjson.loads(stamp.document), cache="no-cache")


async def _fetcher(request: web.Request) -> Actor | None:
    """Who signed this GET, if anybody did."""
    if "Signature" not in request.headers:
        return None
    context = request.app[CONTEXT]
    checked = await check_request(context.runtime, context.directory, _signed_request(request, b""))
    return checked if isinstance(checked, Actor) else None


async def may_fetch_draft(request: web.Request, object_uri: str) -> bool:
    """Whether a signed GET comes from the primary author or somebody invited and not gone."""
    fetcher = await _fetcher(request)
    if fetcher is None:
        return False

    def query(tx: Tx) -> bool:
        return any(
            fetcher.id in (offer.sender_id, offer.target_id)
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


async def _note(request: web.Request) -> web.StreamResponse:
    """A note. A draft is there for its authors only, a deleted one is a Tombstone."""
    context = request.app[CONTEXT]
    post_id = _number(request.match_info["id"])
    if post_id is None:
        return _missing()
    single = needs_single_author_on_get(request.headers.get("User-Agent", ""))

    def query(tx: Tx) -> tuple[Post, dict[str, Any] | None] | None:
        post = post_queries.post(tx, post_id)
        if post is None or not post.local or post.uri != context.env.addresses.note(post_id):
            return None
        if post.state == "published" and post.visibility in ("public", "unlisted"):
            render = documents.plain_note if single else documents.full_note
            return post, render(tx, post)
        if post.state == "draft":
            return post, documents.full_note(tx, post, state="draft")
        return post, None

    found = await context.runtime.store.read(query)
    if found is None:
        return _missing()
    post, document = found
    if post.state == "draft":
        # Everyone else gets what they get for a note that never was.
        if document is None or not await may_fetch_draft(request, post.uri):
            return _missing()
        whole = documents.with_context(document, co_authored=True)
        return _json(whole, cache="private, no-store", vary="Accept, Signature")
    if post.state == "deleted":
        if post.published_at is None:
            return _missing()
        tombstone = build_tombstone(post.uri, post.deleted_at, post.kind)
        return _json(tombstone, status=410)
    if document is None:
        return _missing()
    if wants_page(request):
        raise web.HTTPFound(post.url, headers={"Vary": "Accept, User-Agent"})
    whole = documents.with_context(document, co_authored="coAuthors" in document)
    return _json(whole, vary="Accept, User-Agent")


async def _create(request: web.Request) -> web.Response:
    """The Create of a published note, around the note as it is now: who left is not named."""
    context = request.app[CONTEXT]
    post_id = _number(request.match_info["id"])
    single = needs_single_author_on_get(request.headers.get("User-Agent", ""))

    def query(tx: Tx) -> dict[str, Any] | None:
        post = None if post_id is None else post_queries.post(tx, post_id)
        if post is None or not post.local or post.state != "published":
            return None
        author = actors.actor(tx, post.author_id)
        if author is None or post.visibility not in ("public", "unlisted"):
            return None
        note = (documents.plain_note if single else documents.full_note)(tx, post)
        uri = context.env.addresses.create(post.id)
        return build_create(uri, author.uri, note, post.published_at or 0)

    document = await context.runtime.store.read(query)
    return _missing() if document is None else _json(document, vary="Accept, User-Agent")


async def _activity(request: web.Request) -> web.Response:
    """A public activity of a local actor."""
    uri = request.app[CONTEXT].env.addresses.base + request.path
    held = await request.app[CONTEXT].runtime.store.read(
        lambda tx: consents.activity_by_uri(tx, uri)
    )
    if held is None or not held.public:
        return _missing()
    return _json(orjson.loads(held.body))


async def _offer(request: web.Request) -> web.Response:
    """An Offer is for its target alone, who got it; its address says nothing to anybody else."""
    context = request.app[CONTEXT]
    uri = context.env.addresses.base + request.path
    offer = await context.runtime.store.read(lambda tx: consents.offer_by_uri(tx, uri, "sent"))
    fetcher = await _fetcher(request) if offer is not None else None
    if offer is None or fetcher is None or fetcher.id not in (offer.sender_id, offer.target_id):
        return _missing()
    return _json(orjson.loads(offer.document), cache="private, no-store", vary="Signature")
