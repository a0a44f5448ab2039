"""Collections that people's programs make (ActivityPub 6.6, 6.7): lists of identifiers.

Nothing is fetched for them and nobody is told. Their owner reads what they put in; others, if it is
public, those of the posts known here that everybody may read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from activitypub.documents.collection import build_page
from activitypub.vocab.terms import AS2, PUBLIC
from fedi_cotweet.languages.wording import say_count
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.homes import check_at_home
from storage.engine import Tx
from storage.models import Actor, OwnCollection
from storage.queries import collections as stored
from storage.queries import deliveries

MOST: Final = 100
MOST_ITEMS: Final = 1_000
PAGE: Final = 40


def make(
    tx: Tx,
    env: Env,
    me: Actor,
    *,
    name: str,
    ordered: bool,
    public: bool,
    items: Sequence[str],
) -> str:
    """Make a collection; the id of the ``Create``. ``too_many_collections``, ``too_many_items``
    (422)."""
    check_at_home(tx, me.id)
    if stored.count_collections(tx, me.id) >= MOST:
        raise ServiceError(
            "too_many_collections",
            422,
            say_count("You have {count} collection.", "You have {count} collections.", count=MOST),
            "Delete one.",
        )
    wanted = list(dict.fromkeys(items))
    _check_room(len(wanted))
    collection_id = env.new_id()
    uri = f"{me.uri}/collections/{collection_id}"
    stored.add_collection(
        tx,
        id=collection_id,
        actor_id=me.id,
        uri=uri,
        name=name,
        ordered=ordered,
        public=public,
        created_at=env.now(),
    )
    for item in reversed(wanted):
        stored.add_item(tx, env.new_id(), collection_id, item)
    made = stored.collection(tx, uri)
    assert made is not None, "just made"
    return _record(tx, env, me, "Create", _frame(me, made), uri)


def put(tx: Tx, env: Env, me: Actor, target: str, uri: str) -> str | None:
    """Add something; the id of the ``Add``, None if it stood there already."""
    held = own(tx, me, target)
    _check_room(stored.count_items(tx, held.id) + 1)
    if not stored.add_item(tx, env.new_id(), held.id, uri):
        return None
    return _record(tx, env, me, "Add", uri, target, target=target)


def take(tx: Tx, env: Env, me: Actor, target: str, uri: str) -> str | None:
    """Take something out; the id of the ``Remove``, None if it did not stand there."""
    held = own(tx, me, target)
    if not stored.remove_item(tx, held.id, uri):
        return None
    return _record(tx, env, me, "Remove", uri, target, target=target)


def drop(tx: Tx, env: Env, me: Actor, uri: str) -> str:
    """Delete a collection; the id of the ``Delete``."""
    stored.remove_collection(tx, own(tx, me, uri).id)
    return _record(tx, env, me, "Delete", uri, uri)


def drop_all(tx: Tx, actor_id: int) -> None:
    """Whoever is gone has none."""
    for held in stored.collections_of(tx, actor_id):
        stored.remove_collection(tx, held.id)


def own(tx: Tx, me: Actor, uri: str) -> OwnCollection:
    """A collection of one's own; ``bad_target`` (422) for any other."""
    held = found(tx, me, uri)
    if held is None:
        raise ServiceError(
            "bad_target", 422, "You have no such collection.", "Create it, or name your featured."
        )
    return held


def found(tx: Tx, me: Actor, uri: str) -> OwnCollection | None:
    """A collection of one's own, if there is one."""
    held = stored.collection(tx, uri)
    return held if held is not None and held.actor_id == me.id else None


def shown(tx: Tx, owner: Actor, held: OwnCollection, *, mine: bool) -> dict[str, Any]:
    """A collection as its owner, or as everybody else reads it."""
    frame = {"@context": AS2, **_frame(owner, held), "first": f"{held.uri}?page=1"}
    return frame | ({"totalItems": stored.count_items(tx, held.id)} if mine else {})


def page(tx: Tx, held: OwnCollection, before: int | None, *, mine: bool) -> dict[str, Any]:
    """A page of it; for others it may be shorter than ``PAGE``, and another one follow."""
    rows = stored.items(tx, held.id, before, PAGE)
    uris = [row.uri for row in rows]
    if not mine:
        known = stored.everybodys(tx, uris)
        uris = [uri for uri in uris if uri in known]
    here = f"{held.uri}?page=1" + (f"&before={before}" if before is not None else "")
    following = f"{held.uri}?page=1&before={rows[-1].id}" if len(rows) == PAGE else None
    document = build_page(here, held.uri, uris, next=following)
    if not held.ordered:
        document |= {"type": "CollectionPage", "items": document.pop("orderedItems")}
    if not uris:  # an array without items is left out (AS2, section 2)
        document = {name: value for name, value in document.items() if value != []}
    return document


def _frame(owner: Actor, held: OwnCollection) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": held.uri,
        "type": "OrderedCollection" if held.ordered else "Collection",
        "attributedTo": owner.uri,
    }
    if held.name:
        document["name"] = held.name
    return document | ({"to": [PUBLIC]} if held.public else {})


def _record(
    tx: Tx, env: Env, me: Actor, kind: str, made: str | dict[str, Any], about: str, **more: str
) -> str:
    """Keep an activity for its own actor's outbox; nobody else is told, nor may read it."""
    activity_id = env.new_id()
    uri = env.addresses.activity(me.username, activity_id)
    document = {"@context": AS2, "id": uri, "type": kind, "actor": me.uri, "object": made, **more}
    row = deliveries.ActivityRow(
        id=activity_id,
        uri=uri,
        actor_id=me.id,
        kind=kind,
        object_uri=about,
        body=orjson.dumps(document).decode(),
        plain_body=None,
        public=False,
        created_at=env.now(),
    )
    deliveries.add_activity(tx, row)
    return uri


def _check_room(wanted: int) -> None:
    if wanted > MOST_ITEMS:
        raise ServiceError(
            "too_many_items",
            422,
            say_count(
                "A collection holds at most {count} item.",
                "A collection holds at most {count} items.",
                count=MOST_ITEMS,
            ),
        )
