"""Events of posts become activities, in both renditions."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from activitypub.activities.create import build_create
from activitypub.activities.delete import build_delete
from activitypub.activities.update import build_update
from activitypub.vocab.reading import as_list
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.federation.outbox.lookups import Payload, as_text
from fedi_cotweet.federation.outbox.relays import announced_to_relays
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, proven, signed_for_all
from fedi_cotweet.services import besides, documents
from fedi_cotweet.services.audiences import EVERYBODYS, everybodys, named_before
from fedi_cotweet.services.timelines import shown_author_ids
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, audiences, crediting, follows, interactions, post_authors, posts


async def post_published(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await runtime.store.read(lambda tx: _renditions(tx, payload["post_id"]))
    if found is None:
        return []
    post, author, full, plain, people = found
    uri = runtime.env.addresses.create(post.id)
    published_at = post.published_at or runtime.env.now()
    said = build_create(uri, author.uri, plain, published_at)
    said = await runtime.store.read(lambda tx: besides.around(tx, post, said))
    ordinary = await _secured(runtime, post, said)
    create = Outgoing(
        uri=uri,
        actor_id=author.id,
        kind="Create",
        object_uri=post.uri,
        body=ordinary,
        public=everybodys(post),
        audience=_followers(post),
        extra=(Audience(people=people, personal=True), _relays(post)),
    )
    announced = await announced_to_relays(runtime, post)
    if not post.co_authored:
        return [create, *announced]
    body = await proven(runtime, author.id, build_create(uri, author.uri, full, published_at))
    return [replace(create, body=body, plain_body=ordinary), *announced]


async def _secured(runtime: Runtime, post: Post, document: dict[str, Any]) -> str:
    """What is for everybody is signed for whoever passes it on; what is not goes to nobody else,
    and nobody can prove to others what it says."""
    if not everybodys(post):
        return as_text(document)
    reply = post.in_reply_to_uri is not None
    return await signed_for_all(runtime, post.author_id, document, reply=reply)


def _followers(post: Post) -> Audience:
    return Audience() if post.visibility == "direct" else Audience(followers_of=(post.author_id,))


def _relays(post: Post) -> Audience:
    return Audience(relays=post.visibility == "public")


def _renditions(
    tx: Tx, post_id: int
) -> tuple[Post, Actor, dict[str, Any], dict[str, Any], tuple[int, ...]] | None:
    post = posts.post(tx, post_id)
    if post is None or post.state != "published" or post.visibility == "local":
        return None
    author = actors.actor(tx, post.author_id)
    if author is None:
        return None
    full, plain = documents.full_note(tx, post), documents.plain_note(tx, post)
    named = [str(uri) for name in ("to", "cc", "audience") for uri in as_list(full.get(name))]
    rows = post_authors.authors_of(tx, [post_id])[post_id]
    named += [row.actor_uri for row in rows]
    # People here have it already: it is in the same database.
    people = {actor.id: actor for actor in actors.actors_by_uri(tx, named).values()}
    # Who gets it without being named (``bto``, ``bcc``) is known here alone.
    people |= actors.actors(tx, audiences.addressees(tx, post.id))
    elsewhere = tuple(actor.id for actor in people.values() if not actor.local)
    return post, author, full, plain, elsewhere


async def post_updated(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await runtime.store.read(lambda tx: _renditions(tx, payload["post_id"]))
    if found is None:
        return []
    post, author, full, plain, people = found
    people += tuple(payload.get("also", ()))
    announces = await runtime.store.read(lambda tx: _announces(tx, post.id))
    uri = f"{post.uri}#updates/{payload['at']}"
    ordinary = await _secured(runtime, post, build_update(uri, author.uri, plain))
    co_authored = bool(full.get("coAuthors"))
    body = (
        await proven(runtime, author.id, build_update(uri, author.uri, full))
        if co_authored
        else ordinary
    )
    return [
        Outgoing(
            uri=uri,
            actor_id=author.id,
            kind="Update",
            object_uri=post.uri,
            body=body,
            plain_body=ordinary if co_authored else None,
            audience=replace(
                _followers(post),
                people=people,
                # Who is no follower any more does not get the new words of what is for followers.
                holders_of=(post.uri, *announces) if everybodys(post) else (),
                personal=True,
            ),
            extra=(_relays(post),),
        )
    ]


async def reply_forwarded(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """What somebody elsewhere answered to a post of ours, unchanged, to its authors' followers."""

    def query(tx: Tx) -> list[Outgoing]:
        post, by = posts.post(tx, payload["post_id"]), actors.actor(tx, payload["actor_id"])
        if post is None or by is None or post.state != "published":
            return []
        rows = post_authors.authors_of(tx, [post.id])[post.id]
        shown = shown_author_ids(post, rows, runtime.env.now())
        number = sha256(str(payload["uri"]).encode()).hexdigest()
        outgoing = Outgoing(
            uri=f"{post.uri}#forwarded/{number}",
            actor_id=by.id,
            signer_id=post.author_id,
            kind="Create",
            body=payload["text"],
            audience=Audience(
                followers_of=tuple(follows.local_among(tx, shown)),
                not_hosts=frozenset({by.host}),
            ),
        )
        return [replace(outgoing, kind=payload["type"])]

    return await runtime.store.read(query)


def _announces(tx: Tx, post_id: int) -> list[str]:
    """The Announces by which people here brought a post to others, who have it from nobody else."""
    boosts = interactions.boosts_of(tx, post_id)
    people = actors.actors(tx, [boost.actor_id for boost in boosts])
    return [boost.uri for boost in boosts if people[boost.actor_id].local]


async def post_deleted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    def query(tx: Tx) -> tuple[Post | None, Actor | None, tuple[int, ...], list[str]]:
        post = posts.post(tx, payload["post_id"])
        if post is None or post.visibility == "local":
            return None, None, (), []
        author = actors.actor(tx, post.author_id)
        addressed = [actor.uri for actor in named_before(tx, post)]
        if post.visibility == "followers" and author is not None:
            addressed.insert(0, author.followers_uri or f"{author.uri}/followers")
        return post, author, _artists(tx, post.uri), addressed

    post, author, artists, addressed = await runtime.store.read(query)
    if post is None or author is None:
        return []
    uri = f"{post.uri}#delete"
    narrow = post.visibility not in EVERYBODYS
    document = build_delete(uri, author.uri, post.uri, to=addressed if narrow else [PUBLIC])
    secured = as_text(document) if narrow else await signed_for_all(runtime, author.id, document)
    return [
        Outgoing(
            uri=uri,
            actor_id=author.id,
            kind="Delete",
            object_uri=post.uri,
            body=secured,
            # Of what was not for everybody nobody else hears that it was.
            audience=Audience(holders_of=(post.uri,))
            if narrow
            else Audience(followers_of=(author.id,), people=artists, holders_of=(post.uri,)),
            extra=(_relays(post),),
        )
    ]


def _artists(tx: Tx, post_uri: str) -> tuple[int, ...]:
    """Artists elsewhere who hold a question about a post that is gone, or a stamp for it.

    Nobody else sends them the post.
    """
    ended = {ConsentState.WITHDRAWN.value, ConsentState.DELETED.value}
    asked = {o.target_id for o in crediting.offers_for(tx, post_uri, "sent") if o.state in ended}
    return tuple(actor.id for actor in actors.actors(tx, asked).values() if not actor.local)
