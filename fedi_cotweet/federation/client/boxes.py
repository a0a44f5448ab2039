"""Inbox and outbox of somebody, for their own programs."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import orjson
from aiohttp import web

from activitypub.documents.collection import build_page
from activitypub.vocab.reading import as_id, parse_json, types
from activitypub.vocab.terms import ACTIVITY_JSON, AS2, is_activitypub_type
from fedi_cotweet.federation.client.doing import ACTS, NEEDS_TARGET, kind_of, scope_of
from fedi_cotweet.federation.client.done import Done
from fedi_cotweet.federation.routes import actors as public
from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer, number
from fedi_cotweet.federation.routes.bearers import READ, RefusedError, bearer, has_token, owner
from fedi_cotweet.services import inboxes
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Activity, Actor
from storage.queries import consents

SITE: Final = web.AppKey("client_site", Site)
PRIVATE: Final = "private, no-store"
PAGE: Final = 40
WAIT_S: Final = 2.0
"""How long the answer waits for the activity to be there under its own address."""
_ACTIVITIES: Final = frozenset(
    (
        *("Accept", "Add", "Announce", "Arrive", "Block", "Create", "Delete", "Dislike", "Flag"),
        *("Follow", "Ignore", "Invite", "Join", "Leave", "Like", "Listen", "Move", "Offer", "Read"),
        *("Reject", "Remove", "TentativeAccept", "TentativeReject", "Travel", "Undo", "Update"),
        "View",
    )
)
"""Of the vocabulary; a ``Question`` is taken for the object that a poll is everywhere."""


async def inbox(request: web.Request) -> web.StreamResponse:
    """What arrived for somebody, who alone may read it."""
    me, context = await owner(request, READ), request.app[CONTEXT]
    collection = context.env.addresses.base + request.path
    if "page" not in request.query:
        document = {"@context": AS2, "id": collection, "type": "OrderedCollection"}
        return _private(document | {"first": f"{collection}?page=1"})
    before = number(request.query.get("before", ""))
    found = await context.runtime.store.read(
        lambda tx: inboxes.page(tx, context.env, me.id, before)
    )
    return _private(_page(collection, before, found.items, found.before))


async def outbox(request: web.Request) -> web.StreamResponse:
    """To its owner all that they did; to everybody else what is public."""
    if not has_token(request):
        return await public.outbox(request)
    actor = await bearer(request, READ)
    if actor.username != request.match_info["name"]:
        return await public.outbox(request)
    context = request.app[CONTEXT]
    collection = context.env.addresses.base + request.path
    if "page" not in request.query:
        total = await context.runtime.store.read(
            lambda tx: consents.count_own_activities(tx, actor.id)
        )
        document = {"@context": AS2, "id": collection, "type": "OrderedCollection"}
        return _private(document | {"totalItems": total, "first": f"{collection}?page=1"})
    before = number(request.query.get("before", ""))
    rows = await context.runtime.store.read(
        lambda tx: consents.own_activities(tx, actor.id, before, PAGE)
    )
    last = rows[-1].id if len(rows) == PAGE else None
    return _private(_page(collection, before, [own_activity(row) for row in rows], last))


def own_activity(row: Activity) -> dict[str, Any]:
    """An activity as its own actor reads it. What it made or changed, the object itself says."""
    document: dict[str, Any] = orjson.loads(row.body)
    if row.kind in ("Create", "Update"):
        document["object"] = as_id(document["object"])
    left_out = ("signature", "proof", "bto", "bcc")
    return {name: value for name, value in document.items() if name not in left_out}


def _page(
    collection: str, before: int | None, items: list[dict[str, Any]], last: int | None
) -> dict[str, Any]:
    here = f"{collection}?page=1" + (f"&before={before}" if before is not None else "")
    following = f"{collection}?page=1&before={last}" if last is not None else None
    document = build_page(here, collection, list(items), next=following)
    if not items:
        document.pop("orderedItems", None)  # an array without items is left out (AS2, section 2)
    return document


def _private(document: dict[str, Any]) -> web.Response:
    return json_answer(document, cache=PRIVATE, vary="Accept, Authorization")


async def post(request: web.Request) -> web.StreamResponse:
    """Do what an activity says; an object that is none is wrapped in a Create.

    201 with the activity's id in ``Location``; 202 with the draft's, when co-authors are asked
    first; 200 without, when nothing was made that others could be told of.
    """
    if not is_activitypub_type(request.headers.get("Content-Type", "")):
        raise RefusedError(415, "media_type", f"Send activities as {ACTIVITY_JSON}.")
    document = _activity(parse_json(await request.read()))
    kind = kind_of(document)
    if kind is None:
        named = " ".join(types(document))[:60]
        raise ServiceError(
            "not_done_here",
            422,
            f"A {named or 'thing without a type'} cannot be posted here.",
            f"There are: {', '.join(ACTS)}.",
        )
    site = request.app[SITE]
    own_uri = site.env.addresses.actor(request.match_info["name"])
    me = await owner(request, scope_of(kind, document, own_uri))
    if as_id(document.get("actor")) not in (None, me.uri):
        raise RefusedError(403, "not_the_actor", "The activity is somebody else's.")
    if document.get("object") in (None, "", [], {}):
        raise ServiceError("no_object", 400, f"A {kind} says in its object what it is about.")
    if kind in NEEDS_TARGET and not document.get("target"):
        raise ServiceError("no_target", 400, f"A {kind} says in its target where or whom.")
    since = site.env.new_id()
    done = await ACTS[kind](site, me, document)
    if done.asked:
        return web.Response(status=202, headers={"Location": done.uri or me.uri})
    uri = done.uri if done.here else await _address(request, me, done, since)
    headers = {} if uri is None else {"Location": uri}
    return web.Response(status=200 if uri is None else 201, headers=headers)


def _activity(document: dict[str, Any]) -> dict[str, Any]:
    """What was posted, with a Create around it if it is no activity (ActivityPub 6.2.1)."""
    if not _ACTIVITIES.isdisjoint(types(document)):
        return document
    wrapped: dict[str, Any] = {"type": "Create", "object": document}
    addressed = ("to", "bto", "cc", "bcc", "audience")
    return wrapped | {name: document[name] for name in addressed if name in document}


async def _address(request: web.Request, me: Actor, done: Done, since: int) -> str | None:
    """The id of what was done. Others are told of it by a worker: the answer waits a moment, so
    that the address can be read at once."""
    store = request.app[CONTEXT].runtime.store

    def query(tx: Tx) -> Activity | None:
        if done.uri is not None:
            return consents.activity_by_uri(tx, done.uri)
        return consents.newest_activity(tx, me.id, done.kind, since)

    found = await store.read(query)
    pause, waited = 0.01, 0.0
    while found is None and waited < WAIT_S:
        await asyncio.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 0.2)
        found = await store.read(query)
    return done.uri if found is None else found.uri
