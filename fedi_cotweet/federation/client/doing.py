"""What a client's activity does: each goes through the use case that our own pages go through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from activitypub.activities.announce import visibility_of
from activitypub.activities.envelope import read_addressees
from activitypub.vocab.reading import as_id, types
from fedi_cotweet.federation.client import collecting, people
from fedi_cotweet.federation.client.done import Done
from fedi_cotweet.federation.client.posting import create, delete, offer, update
from fedi_cotweet.services import (
    follows,
    hiding,
    invitations,
    leaving,
    reactions,
    relations,
)
from fedi_cotweet.services.drafts import withdraw
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Activity, Actor, Boost, Follow, Like, Offer, Post
from storage.queries import actors, consents, interactions
from storage.queries import follows as stored_follows
from storage.queries import relations as stored_relations

Document = Mapping[str, Any]
Act = Callable[[Site, Actor, Document], Awaitable[Done]]

NEEDS_TARGET: Final = frozenset({"Add", "Remove", "Offer"})
SCOPES: Final[Mapping[str, str]] = {
    "Create": "write:statuses",
    "Update": "write:statuses",
    "Delete": "write:statuses",
    "Offer": "write:statuses",
    "Announce": "write:statuses",
    "Flag": "write:reports",
    "Like": "write:favourites",
    "Follow": "write:follows",
    "Block": "write:blocks",
    "Add": "write:accounts",
    "Remove": "write:accounts",
    "Accept": "write",
    "Reject": "write",
    "Undo": "write",
}
"""What a token must allow. What answers or undoes may be about anything: it needs all of it."""


async def _create(site: Site, me: Actor, activity: Document) -> Done:
    made = activity["object"]
    if not isinstance(made, Mapping):
        raise ServiceError("no_object", 422, "A Create carries what it creates.", "Embed it.")
    return await create(site, me, activity, made)


async def _update(site: Site, me: Actor, activity: Document) -> Done:
    changed = activity["object"]
    if not isinstance(changed, Mapping):
        raise ServiceError("no_object", 422, "An Update carries what changes.", "Embed it.")
    if as_id(changed) == me.uri:
        return await people.update_profile(site, me, changed)
    return await update(site, me, changed)


async def _delete(site: Site, me: Actor, activity: Document) -> Done:
    return await delete(site, me, as_id(activity["object"]))


async def _follow(site: Site, me: Actor, activity: Document) -> Done:
    person, env = await _person(site, activity), site.env
    await site.write(lambda tx: follows.follow(tx, env, me.id, person))
    held = await site.read(lambda tx: stored_follows.follow_between(tx, me.id, person.id))
    return Done("Follow", None if held is None else held.uri, here=person.local)


async def _block(site: Site, me: Actor, activity: Document) -> Done:
    person, env = await _person(site, activity), site.env
    await site.write(lambda tx: relations.block(tx, env, me.id, person))
    held = await site.read(lambda tx: stored_relations.block_between(tx, me.id, person.id))
    # One that is told to nobody has no address.
    told = held is not None and not person.local
    return Done("Block", held.uri if held is not None and told else None, here=not told)


async def _like(site: Site, me: Actor, activity: Document) -> Done:
    post, env = await _post(site, me, activity), site.env
    await site.write(lambda tx: reactions.like(tx, env, me.id, post.id))
    held = await site.read(lambda tx: interactions.like_between(tx, me.id, post.id))
    return Done("Like", None if held is None else held.uri)


async def _announce(site: Site, me: Actor, activity: Document) -> Done:
    post, env = await _post(site, me, activity), site.env
    to, cc = read_addressees(activity, "to"), read_addressees(activity, "cc")
    # Programs that address nobody leave it to the server.
    shown_to = visibility_of(to, cc) if to or cc else "public"
    await site.write(lambda tx: reactions.boost(tx, env, me.id, post.id, shown_to))
    held = await site.read(lambda tx: interactions.boost_between(tx, me.id, post.id))
    return Done("Announce", None if held is None else held.uri)


async def _accept(site: Site, me: Actor, activity: Document) -> Done:
    return await _answer(site, me, activity, accepted=True)


async def _reject(site: Site, me: Actor, activity: Document) -> Done:
    return await _answer(site, me, activity, accepted=False)


async def _answer(site: Site, me: Actor, activity: Document, *, accepted: bool) -> Done:
    """Of a Follow, or of an Offer: the id of an Offer says which version is consented to."""
    env, uri, kind = site.env, as_id(activity["object"]) or "", "Accept" if accepted else "Reject"

    def write(tx: Tx) -> str | None:
        invited = consents.offer_by_uri(tx, uri, "received")
        if invited is not None and invited.target_id == me.id:
            if accepted:
                invitations.accept(tx, env, me.id, invited.id, invited.digest)
            else:
                invitations.decline(tx, env, me.id, invited.id, str(activity.get("summary") or ""))
            return env.addresses.activity(me.username, invited.id)
        held = stored_follows.follow_by_uri(tx, uri)
        follower = None if held is None else actors.actor(tx, held.follower_id)
        if held is None or follower is None or held.followed_id != me.id:
            raise not_found("Follow or Offer")
        if held.state == "requested":
            follows.answer_request(tx, env, me.id, follower, accepted=accepted)
        elif not accepted:
            follows.reject(tx, env, follower, me, held)
        return None

    return Done(kind, await site.write(write))


async def _undo(site: Site, me: Actor, activity: Document) -> Done:
    """Of what the same person did: found by its id; a Block without one by whom it blocks."""
    env, undone = site.env, activity["object"]
    uri = as_id(undone) or ""
    named = as_id(undone.get("object")) if isinstance(undone, Mapping) else None

    def write(tx: Tx) -> str | None:
        done = _done_by(tx, me, uri)
        if done is None and not uri and named and "Block" in types(undone):
            other = actors.actor_by_uri(tx, named)
            if other is None or not relations.unblock(tx, env, me.id, other):
                raise _cannot_undo()
            return None
        match done:
            case Follow():
                other = actors.actor(tx, done.followed_id)
                if other is not None:
                    follows.unfollow(tx, env, me.id, other)
            case Like():
                reactions.unlike(tx, env, me.id, done.post_id)
            case Boost():
                reactions.unboost(tx, env, me.id, done.post_id)
            case Offer() if done.side == "sent":
                withdraw(tx, env, me.id, done.post_id or 0, done.target_id)
                return None
            case Offer():
                leaving.leave(tx, env, me.id, done.object_uri)
                return None
            case Activity():
                other = actors.actor_by_uri(tx, done.object_uri or "")
                if other is None or not relations.unblock(tx, env, me.id, other):
                    raise _cannot_undo()
            case None:
                raise _cannot_undo()
        return f"{uri}#undo"

    return Done("Undo", await site.write(write))


def _done_by(tx: Tx, me: Actor, uri: str) -> Follow | Like | Boost | Offer | Activity | None:
    held = stored_follows.follow_by_uri(tx, uri)
    if held is not None:
        return held if held.follower_id == me.id else None
    like = interactions.like_by_uri(tx, uri)
    if like is not None:
        return like if like.actor_id == me.id else None
    boost = interactions.boost_by_uri(tx, uri)
    if boost is not None:
        return boost if boost.actor_id == me.id else None
    sent = consents.offer_by_uri(tx, uri, "sent")
    if sent is not None:
        return sent if sent.sender_id == me.id else None
    done = consents.activity_by_uri(tx, uri)
    if done is None or done.actor_id != me.id:
        return None
    if done.kind == "Block":
        return done
    if done.kind != "Accept":
        return None
    number = uri.rpartition("/")[2]
    answered = consents.offer(tx, int(number)) if number.isdigit() else None
    mine = answered is not None and answered.side == "received" and answered.target_id == me.id
    return answered if mine else None


def _cannot_undo() -> ServiceError:
    return ServiceError(
        "nothing_to_undo",
        404,
        "There is nothing of yours with this id that can be undone.",
        "Name a Follow, Like, Announce, Block, an Offer that you sent or an Accept of one.",
    )


async def _person(site: Site, activity: Document) -> Actor:
    uri = as_id(activity["object"])
    if uri is None:
        raise ServiceError("no_object", 422, "The object is nobody who can be found.")
    return await site.find_actor(uri)


async def _post(site: Site, me: Actor, activity: Document) -> Post:
    uri = as_id(activity["object"])
    post = await site.find_post(uri) if uri is not None else None
    if post is None or post.state != "published":
        raise not_found("post")
    shown = await site.read(lambda tx: hiding.visible(tx, site.env.now(), me.id, [post]))
    if not shown:
        raise not_found("post")
    return post


ACTS: Final[Mapping[str, Act]] = {
    "Create": _create,
    "Update": _update,
    "Delete": _delete,
    "Follow": _follow,
    "Accept": _accept,
    "Reject": _reject,
    "Add": collecting.add,
    "Remove": collecting.remove,
    "Like": _like,
    "Announce": _announce,
    "Block": _block,
    "Undo": _undo,
    "Offer": offer,
    "Flag": people.flag,
}


def scope_of(kind: str, document: Document, own_uri: str) -> str:
    """What a token must allow for an activity of somebody with this address."""
    profile = kind == "Update" and as_id(document.get("object")) == own_uri
    return "write:accounts" if profile else SCOPES[kind]


def kind_of(document: Document) -> str | None:
    """Which of these activities a document is, None: none that is known."""
    return next((name for name in types(document) if name in ACTS), None)
