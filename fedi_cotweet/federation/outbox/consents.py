"""What a co-author's server sends: the post to their followers, and their leaving."""

from __future__ import annotations

import hashlib

from activitypub.activities.undo import build_undo
from activitypub.coauthorship import leaving
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.federation.outbox.lookups import NotYetError, Payload, find_actor
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, proven, signed_for_all
from storage.engine import Tx
from storage.models import Actor, Stamp
from storage.queries import actors, consents, interactions, posts


async def published_with(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A local co-author's post is out: its signed Create goes to their followers' aware servers."""
    found = await runtime.store.read(lambda tx: _carried(tx, runtime, payload))
    return [] if found is None else [found]


def _carried(tx: Tx, runtime: Runtime, payload: Payload) -> Outgoing | None:
    post = posts.post(tx, payload["post_id"])
    me = actors.actor(tx, payload["account_id"])
    author = actors.actor(tx, post.author_id) if post is not None else None
    if post is None or me is None or author is None or post.state != "published":
        return None
    if not consents.live_stamps(tx, post.uri, me.id):  # they left meanwhile
        return None
    if post.local:
        uri = runtime.env.addresses.create(post.id)
        if post.updated_at is not None:  # whoever joined later is named by the newest version only
            uri = f"{post.uri}#updates/{post.updated_at}"
        held = consents.activity_by_uri(tx, uri)
        if held is None:  # changed before this was passed on: the change is told first
            raise NotYetError(uri)
        text: str | None = held.body
    else:
        uri, text = f"{me.uri}#carried/{post.id}/{post.updated_at or 0}", post.carrier
    if text is None:
        return None
    return Outgoing(
        uri=uri,
        actor_id=author.id,
        signer_id=me.id,
        kind="Create",
        object_uri=post.uri,
        body=text,
        audience=Audience(
            followers_of=(me.id,), only_aware=True, not_hosts=frozenset({author.host})
        ),
    )


async def update_carried(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """An Update with a proof, forwarded unchanged to the followers of its co-authors here."""

    def query(tx: Tx) -> list[Outgoing]:
        post = posts.post(tx, payload["post_id"])
        author = actors.actor(tx, post.author_id) if post is not None else None
        if post is None or author is None:
            return []
        return [
            Outgoing(
                uri=f"{author.uri}#carried/{post.id}/{stamp.account_id}/{post.updated_at or 0}",
                actor_id=author.id,
                signer_id=stamp.account_id,
                kind="Update",
                object_uri=post.uri,
                body=payload["text"],
                audience=Audience(
                    followers_of=(stamp.account_id,),
                    only_aware=True,
                    not_hosts=frozenset({author.host}),
                ),
            )
            for stamp in consents.live_stamps(tx, post.uri)
        ]

    return await runtime.store.read(query)


async def delete_carried(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A Delete, passed on unchanged to all who have the post from a co-author here."""

    def query(tx: Tx) -> list[Outgoing]:
        post = posts.post(tx, payload["post_id"])
        author = actors.actor(tx, post.author_id) if post is not None else None
        if post is None or author is None:
            return []
        account_id = int(payload["account_id"])
        boost = interactions.boost_between(tx, account_id, post.id)
        held = (post.uri,) if boost is None else (post.uri, boost.uri)
        return [
            Outgoing(
                uri=f"{author.uri}#carried/{post.id}/{account_id}/delete",
                actor_id=author.id,
                signer_id=account_id,
                kind="Delete",
                body=payload["text"],
                audience=Audience(
                    followers_of=(account_id,),
                    holders_of=held,
                    not_hosts=frozenset({author.host}),
                ),
            )
        ]

    return await runtime.store.read(query)


async def stamp_deleted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A local co-author left: everyone learns it from them, whatever the primary's server does."""
    unpublished = payload.get("post_id") is None

    def query(tx: Tx) -> tuple[Stamp | None, Actor | None, list[str], dict[str, Actor]]:
        stamp = consents.stamp_by_id(tx, payload["stamp_id"])
        me = actors.actor(tx, payload["account_id"])
        agreed = [] if stamp is None else [str(author) for author in stamp.authors]
        # Nobody but the primary author ever heard of a stamp for a draft.
        authors = agreed[:1] if unpublished else agreed
        return stamp, me, authors, actors.actors_by_uri(tx, authors)

    stamp, me, authors, known = await runtime.store.read(query)
    if stamp is None or me is None:
        return []
    primary = known.get(authors[0])
    # Without them a primary author's server that is down would keep the name on the others'.
    others = [actor.id for uri, actor in known.items() if uri in authors[1:] and not actor.local]
    document = leaving.build_delete_stamp(
        stamp_uri=stamp.uri,
        actor=me.uri,
        authors=authors,
        followers=me.followers_uri or f"{me.uri}/followers",
    )
    people = (primary.id,) if primary is not None else ()
    deletion = Outgoing(
        uri=str(document["id"]),
        actor_id=me.id,
        kind="Delete",
        object_uri=stamp.object_uri,
        body=await proven(runtime, me.id, document),
        # Software that does not know the stamp's type may refuse a document with one (Fedify: 400).
        plain_body=await proven(runtime, me.id, {**document, "object": stamp.uri}),
        audience=Audience(people=people, personal=True),
        extra=()
        if unpublished
        else (
            Audience(people=tuple(others), followers_of=(me.id,), holders_of=(stamp.object_uri,)),
        ),
    )
    if payload.get("keep_boost"):
        return [deletion]
    return [deletion, *await unannounced(runtime, payload)]


async def unannounced(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The Announce of a former co-author is taken back."""

    def query(tx: Tx) -> tuple[str, str] | None:
        post_id = payload.get("post_id")
        boost = (
            interactions.boost_between(tx, payload["account_id"], post_id)
            if post_id is not None
            else None
        )
        post = posts.post(tx, post_id) if post_id is not None else None
        return (boost.uri, post.uri) if boost is not None and post is not None else None

    found = await runtime.store.read(query)
    if found is None:
        return []
    announce_uri, object_uri = found
    me = await find_actor(runtime, payload["account_id"])
    undone = {"id": announce_uri, "type": "Announce", "actor": me.uri, "object": object_uri}
    uri = f"{announce_uri}#undo"
    document = build_undo(uri, me.uri, undone, to=[PUBLIC])
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Undo",
            object_uri=announce_uri,
            body=await signed_for_all(runtime, me.id, document),
            audience=Audience(followers_of=(me.id,), holders_of=(announce_uri,)),
        )
    ]


async def stamp_forwarded(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A Delete of a stamp goes on to whoever has the post.

    A co-author's only to servers that implement FEP-af48: others cannot check it, have the Update,
    and may refuse the stamp's type (GoToSocial: 500, which holds up what comes after it).
    """
    post = await runtime.store.read(lambda tx: posts.post(tx, payload["post_id"]))
    if post is None:
        return []
    leaver = await find_actor(runtime, payload["actor_id"])
    return [
        Outgoing(
            uri=f"{post.uri}#forwarded/{hashlib.sha256(payload['stamp'].encode()).hexdigest()}",
            actor_id=leaver.id,
            signer_id=post.author_id,
            kind="Delete",
            object_uri=None,
            body=payload["text"],
            audience=Audience(
                holders_of=(post.uri,),
                not_hosts=frozenset({leaver.host}),
                only_aware=bool(payload.get("only_aware")),
            ),
        )
    ]
