"""Actors and their collections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import web

from activitypub.documents.collection import build_collection, build_page
from activitypub.documents.tombstone import build_tombstone
from activitypub.vocab.reading import as_id, ids, types
from activitypub.vocab.terms import AS2, PUBLIC
from fedi_cotweet.federation.actor_documents import actor_document
from fedi_cotweet.federation.routes.answering import (
    CONTEXT,
    json_answer,
    missing,
    number,
    problem,
    wants_page,
)
from fedi_cotweet.federation.routes.bearers import has_token, owner_or_none
from fedi_cotweet.federation.routes.objects import fetcher_of
from fedi_cotweet.services import synchronising
from fedi_cotweet.services.accounts import INSTANCE_USERNAME
from fedi_cotweet.services.pinning import MOST_PINS
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, consents, follows, pins

PAGE: Final = 40


@dataclass(frozen=True, slots=True)
class _Local:
    actor: Actor
    document: dict[str, Any]
    hides_network: bool
    featured_tags: tuple[str, ...]


async def _local_actor(request: web.Request) -> _Local | None:
    name = request.match_info.get("name", INSTANCE_USERNAME)
    env = request.app[CONTEXT].env

    def query(tx: Tx) -> _Local | None:
        account = actors.account_by_name(tx, name)
        if account is None or account.username != name:
            return None
        if account.service and "name" in request.match_info:
            return None
        actor = actors.actor(tx, account.id)
        if actor is None or actor.suspended_at is not None:
            return None
        document = {} if actor.gone_at is not None else actor_document(tx, env, actor)
        tags = tuple(str(tag) for tag in account.featured_tags)
        return _Local(actor, document, account.hides_network, tags)

    return await request.app[CONTEXT].runtime.store.read(query)


async def actor_page(request: web.Request) -> web.StreamResponse:
    found = await _local_actor(request)
    if found is None:
        return missing()
    actor = found.actor
    if actor.gone_at is not None:
        return json_answer(build_tombstone(actor.uri, actor.gone_at, actor.kind), status=410)
    if wants_page(request):
        raise web.HTTPFound(actor.url, headers={"Vary": "Accept"})
    return json_answer(found.document, cache="public, max-age=180")


def _before(request: web.Request) -> int | None:
    return number(request.query.get("before", ""))


async def _paged(
    request: web.Request,
    count: Callable[[Tx, int], int],
    page: Callable[[Tx, int, int | None], list[tuple[int, Any]]],
    *,
    of_network: bool = False,
) -> web.Response:
    """A collection, or with ``?page`` a page of it, newest first.

    ``of_network``: its owner may let others see its size only.
    """
    found = await _local_actor(request)
    if found is None:
        return missing()
    actor = found.actor
    if actor.gone_at is not None:
        return missing()
    context = request.app[CONTEXT]
    collection = context.env.addresses.base + request.path
    hidden = of_network and found.hides_network
    cache = "public, max-age=30"
    if hidden and has_token(request) and await owner_or_none(request, "read:follows"):
        hidden, cache = False, "private, no-store"
    if "page" not in request.query:
        total = await context.runtime.store.read(lambda tx: count(tx, actor.id))
        first = None if hidden else f"{collection}?page=1"
        return json_answer(build_collection(collection, total, first=first), cache=cache)
    if hidden:
        return missing()
    before = _before(request)
    rows = await context.runtime.store.read(lambda tx: page(tx, actor.id, before))
    here = f"{collection}?page=1" + (f"&before={before}" if before is not None else "")
    following = f"{collection}?page=1&before={rows[-1][0]}" if len(rows) == PAGE else None
    document = build_page(here, collection, [item for _, item in rows], next=following)
    return json_answer(document, cache=cache)


async def outbox(request: web.Request) -> web.Response:
    def page(tx: Tx, actor_id: int, before: int | None) -> list[tuple[int, Any]]:
        rows = consents.public_activities(tx, actor_id, before, PAGE)
        return [(row.id, _public_activity(row.body)) for row in rows]

    return await _paged(request, consents.count_public_activities, page)


def _public_activity(body: str) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(body)
    if "Create" in types(document):
        # As it was sent it may name somebody who has left: what it is now, the note itself says.
        document["object"] = as_id(document["object"])
        own = (PUBLIC, f"{document['actor']}/")
        for member in ("to", "cc", "audience"):
            listed = [uri for uri in ids(document.pop(member, None)) if uri.startswith(own)]
            document |= {member: listed} if listed or member != "audience" else {}
    return {name: value for name, value in document.items() if name not in ("signature", "proof")}


async def followers(request: web.Request) -> web.Response:
    return await _paged(
        request,
        follows.count_followers,
        lambda tx, actor_id, before: follows.follower_page(tx, actor_id, before, PAGE),
        of_network=True,
    )


async def followers_there(request: web.Request) -> web.Response:
    """Who follows somebody from the server of whoever signed the request (FEP-8fcf)."""
    found, asking = await _local_actor(request), await fetcher_of(request)
    if asking is None:
        return problem(401, "no_signature", "This part of the followers is for their own server.")
    if found is None or found.actor.gone_at is not None:
        return missing()
    context, actor, there = request.app[CONTEXT], found.actor, asking
    listed = await context.runtime.store.read(
        lambda tx: synchronising.partial_followers(tx, actor, there.uri, there.host)
    )
    url = context.env.addresses.base + request.path
    document = build_collection(url, len(listed), items=listed)
    return json_answer(document, cache="private, no-store", vary="Signature")


async def following(request: web.Request) -> web.Response:
    return await _paged(
        request,
        follows.count_following,
        lambda tx, actor_id, before: follows.following_page(tx, actor_id, before, PAGE),
        of_network=True,
    )


async def featured(request: web.Request) -> web.Response:
    """The posts that somebody shows first, by their ids."""
    found = await _local_actor(request)
    if found is None or found.actor.gone_at is not None:
        return missing()
    context, actor_id = request.app[CONTEXT], found.actor.id
    held = await context.runtime.store.read(lambda tx: pins.pinned_posts(tx, actor_id, MOST_PINS))
    collection = context.env.addresses.base + request.path
    return json_answer(build_collection(collection, len(held), items=[post.uri for post in held]))


async def featured_tags(request: web.Request) -> web.Response:
    """The hashtags that somebody shows on their profile, as Mastodon has them."""
    found = await _local_actor(request)
    if found is None or found.actor.gone_at is not None:
        return missing()
    base = request.app[CONTEXT].env.addresses.base
    items: list[str | dict[str, Any]] = [
        {"type": "Hashtag", "href": f"{base}/tags/{tag.lower()}", "name": f"#{tag}"}
        for tag in found.featured_tags
    ]
    document = build_collection(base + request.path, len(items), items=items)
    return json_answer(document | {"@context": [AS2, {"Hashtag": "as:Hashtag"}]})


async def empty(request: web.Request) -> web.Response:
    """A collection that exists and holds nothing: everything of the instance actor."""
    if await _local_actor(request) is None:
        return missing()
    base = request.app[CONTEXT].env.addresses.base
    return json_answer(build_collection(base + request.path, 0, items=[]))
