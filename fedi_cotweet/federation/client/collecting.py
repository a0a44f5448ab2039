"""Collections from a client: made, filled, emptied; ``featured`` is one that is always there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activitypub.vocab.reading import as_id, as_list, ids, text, types
from fedi_cotweet.federation.client.done import Done
from fedi_cotweet.federation.client.reach import BLIND, NAMES_OF_PUBLIC, SEEN
from fedi_cotweet.services import collections, pinning
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.site import Site
from storage.models import Actor, Post
from storage.queries import posts as stored

KINDS: Final = frozenset({"Collection", "OrderedCollection"})
MOST_NAME: Final = 500

Document = Mapping[str, Any]


def is_collection(made: Document) -> bool:
    """Whether an object is one that a client can make."""
    return not KINDS.isdisjoint(types(made))


async def create(site: Site, me: Actor, activity: Document, made: Document) -> Done:
    """Make a collection: for everybody, or for oneself alone."""
    if any(uri != me.uri for uri in ids(made.get("attributedTo"))):
        raise ServiceError("cannot_be_written", 422, "A collection belongs to one person.")
    readers = {
        uri
        for document in (activity, made)
        for member in (*SEEN, *BLIND)
        for uri in ids(document.get(member))
    }
    if readers - {*NAMES_OF_PUBLIC, me.uri}:
        raise ServiceError(
            "cannot_address",
            422,
            "A collection is for everybody, or for you alone.",
            "Address as:Public, or nobody.",
        )
    name = " ".join(text(made.get("name")).split())[:MOST_NAME]
    items = [uri for member in ("items", "orderedItems") for uri in ids(as_list(made.get(member)))]
    uri = await site.write(
        lambda tx: collections.make(
            tx,
            site.env,
            me,
            name=name,
            ordered="OrderedCollection" in types(made),
            public=not NAMES_OF_PUBLIC.isdisjoint(readers),
            items=items,
        )
    )
    return Done("Create", uri)


async def add(site: Site, me: Actor, activity: Document) -> Done:
    """Show a post first, or put something into a collection of one's own."""
    target, uri = _target(activity), _object(activity)
    if target == me.featured_uri:
        post, env = await _own_post(site, me, uri), site.env
        await site.write(lambda tx: pinning.pin(tx, env, me.id, post.id))
        return Done("Add")
    done = await site.write(lambda tx: collections.put(tx, site.env, me, target, uri))
    return Done("Add", done, here=done is None)


async def remove(site: Site, me: Actor, activity: Document) -> Done:
    """The other way round."""
    target, uri = _target(activity), _object(activity)
    if target == me.featured_uri:
        post, env = await _own_post(site, me, uri), site.env
        await site.write(lambda tx: pinning.unpin(tx, env, me.id, post.id))
        return Done("Remove")
    done = await site.write(lambda tx: collections.take(tx, site.env, me, target, uri))
    return Done("Remove", done, here=done is None)


async def delete(site: Site, me: Actor, uri: str | None) -> Done | None:
    """A collection goes; None for what is none of one's own."""
    held = await site.read(lambda tx: collections.found(tx, me, uri or ""))
    if held is None:
        return None
    address = held.uri
    return Done("Delete", await site.write(lambda tx: collections.drop(tx, site.env, me, address)))


def _target(activity: Document) -> str:
    target = as_id(activity["target"])
    if target is None:
        raise ServiceError("no_target", 422, "The target is no collection of yours.")
    return target


def _object(activity: Document) -> str:
    uri = as_id(activity["object"])
    if uri is None:
        raise ServiceError("no_object", 422, "The object has no id.")
    return uri


async def _own_post(site: Site, me: Actor, uri: str) -> Post:
    post = await site.read(lambda tx: stored.post_by_uri(tx, uri))
    if post is None or post.author_id != me.id:
        raise not_found("post")
    return post
