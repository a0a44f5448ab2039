"""``uploadMedia`` and ``proxyUrl``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any, Final

from aiohttp import BodyPartReader, web

from activitypub.vocab.reading import as_id, as_list, host_of, ids, parse_json, same_origin, text
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.federation.client.boxes import PRIVATE, SITE
from fedi_cotweet.federation.client.reach import BLIND, NAMES_OF_PUBLIC
from fedi_cotweet.federation.client.words import upload_document
from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer
from fedi_cotweet.federation.routes.bearers import RefusedError, bearer
from fedi_cotweet.services import distances, uploads
from fedi_cotweet.services.attempts import Quota
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.spooling import Spool
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, inboxes

MOST_PARTS: Final = 5
MOST_OBJECT: Final = 65_536
MOST_ID: Final = 2_000
FETCHES: Final = 300
FETCH_WINDOW: Final = 5 * MINUTE
QUOTA: Final = web.AppKey("proxy_quota", Quota)


async def upload_media(request: web.Request) -> web.StreamResponse:
    """Keep a file for a later post. 201 with its address, and the object as it can be attached."""
    me, site = await bearer(request, "write:media"), request.app[SITE]
    if request.content_type != "multipart/form-data":
        raise RefusedError(415, "media_type", "Send the file as multipart/form-data.")
    spool = await Spool.begin(site.settings.data)
    shell = await _parts(request, spool, site.settings.media_max_bytes)
    if not spool.size:
        raise ServiceError("no_file", 422, "There is no file.", "Send it in the part “file”.")
    alt = (text(shell.get("name")) or text(shell.get("summary"))).strip()
    item = await uploads.keep(site, me.id, spool, alt=alt)
    document = upload_document(site, item)
    response = json_answer(document, status=201, cache=PRIVATE, vary="Authorization")
    response.headers["Location"] = document["id"]
    return response


async def _parts(request: web.Request, spool: Spool, most: int) -> dict[str, Any]:
    """What the body says of the file, which waits on the disk."""
    shell: dict[str, Any] = {}
    try:
        parts = await request.multipart()
        for _ in range(MOST_PARTS):
            part = await parts.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "file":
                async for chunk in _bounded(part, most):
                    await spool.add(chunk)
            elif part.name == "object":
                octets = b"".join([chunk async for chunk in _bounded(part, MOST_OBJECT)])
                shell = parse_json(octets)
    except ValueError as error:
        raise RefusedError(400, "bad_body", "The request's body cannot be read.") from error
    await spool.finish()
    return shell


async def _bounded(part: BodyPartReader, most: int) -> AsyncIterator[bytes]:
    size = 0
    while chunk := await part.read_chunk():
        size += len(chunk)
        if size > most:
            raise RefusedError(413, "file_too_large", f"A file has at most {most} bytes here.")
        yield bytes(chunk)


async def proxy_url(request: web.Request) -> web.StreamResponse:
    """Fetch a public object of another server for somebody, as this server and not as them."""
    me, context = await bearer(request, "read:statuses"), request.app[CONTEXT]
    runtime = context.runtime
    uri = str((await request.post()).get("id", ""))
    if not uri.startswith(("https://", "http://")) or len(uri) > MOST_ID:
        raise ServiceError("bad_id", 422, "The id is no address.", "Send it as the form's “id”.")
    if runtime.is_own(uri):
        return web.Response(status=303, headers={"Location": uri})
    wait = request.app[QUOTA].take(str(me.id), context.env.now())
    if wait:
        raise RefusedError(429, "too_many", f"Ask again in {wait // 1000 + 1} seconds.")
    if runtime.rules.suspended(host_of(uri)):
        raise RefusedError(403, "suspended", "This server has nothing to do with that one.")
    if await _kept_from(request, me, {uri}):
        raise not_found("object")
    fetched = await runtime.client.get(uri, key=await runtime.keys.instance())
    if fetched.status in (404, 410):
        raise not_found("object")
    document = fetched.document
    if fetched.error or document is None:
        raise ServiceError(
            "cannot_fetch", 502, "What is there cannot be fetched.", "Try again later."
        )
    if not same_origin(as_id(document.get("id")), fetched.final_url) or _is_private(document):
        raise not_found("object")
    if await _kept_from(request, me, _sayers(document)):
        raise not_found("object")
    shown = {name: value for name, value in document.items() if name not in BLIND}
    return json_answer(shown, cache=PRIVATE, vary="Authorization")


def _sayers(document: Mapping[str, Any]) -> set[str]:
    """Whoever says what an object says, and what it carries."""
    carried = [one for one in as_list(document.get("object")) if isinstance(one, Mapping)]
    return {
        uri
        for one in (document, *carried)
        for member in ("id", "actor", "attributedTo")
        for uri in ids(one.get(member))
    }


async def _kept_from(request: web.Request, me: Actor, uris: Collection[str]) -> bool:
    """Whether somebody blocks one of these, or its server, or is blocked by it."""
    now = request.app[CONTEXT].env.now()

    def query(tx: Tx) -> bool:
        people = actors.actors_by_uri(tx, uris).values()
        written = [post.author_id for post in inboxes.posts_about(tx, uris)]
        numbers = {*(one.id for one in people), *written}
        hosts = {host for uri in uris if (host := host_of(uri))}
        apart = distances.distances(tx, now, me.id, numbers, hosts)
        kept = (apart.of_actor(number) for number in numbers)
        return any(apart.refused(host) for host in hosts) or any(
            why not in (None, distances.Why.MUTED) for why in kept
        )

    return await request.app[CONTEXT].runtime.store.read(query)


def _is_private(document: Mapping[str, Any]) -> bool:
    """Whether an object, or what it carries, says for whom it is, and not for everybody."""
    for one in (document, *(item for item in as_list(document.get("object")) if item)):
        if isinstance(one, Mapping):
            named = [uri for member in ("to", "cc", "audience") for uri in ids(one.get(member))]
            if named and NAMES_OF_PUBLIC.isdisjoint(named):
                return True
    return False
