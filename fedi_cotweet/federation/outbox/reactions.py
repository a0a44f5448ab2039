"""Likes and boosts by people here become activities, and so does taking them back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from activitypub.activities.like import build_like
from activitypub.activities.undo import build_undo
from activitypub.coauthorship.publication import build_announce
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.federation.outbox.lookups import Payload, as_text
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, signed_for_all
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.notices import author_rows
from fedi_cotweet.services.timelines import shown_author_ids
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, posts


@dataclass(frozen=True, slots=True)
class _Reaction:
    """Who did it to which post, and the post's verified authors, primary author first."""

    me: Actor
    post: Post
    authors: tuple[Actor, ...]

    @property
    def uris(self) -> list[str]:
        """The authors' identifiers."""
        return [author.uri for author in self.authors]

    @property
    def audiences(self) -> tuple[Audience, Audience]:
        """Inboxes of the authors elsewhere: software that knows nothing of co-authors takes a
        reaction for the primary author only."""
        away = [author.id for author in self.authors if not author.local]
        first = [self.authors[0].id] if not self.authors[0].local else []
        return (
            Audience(people=tuple(first), personal=True),
            Audience(
                people=tuple(author for author in away if author not in first),
                personal=True,
                only_aware=True,
            ),
        )


async def like_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await _reaction(runtime, payload)
    if found is None:
        return []
    uri, (audience, extra) = str(payload["uri"]), found.audiences
    document = build_like(uri, found.me.uri, found.post.uri, to=found.uris)
    return [
        Outgoing(
            uri=uri,
            actor_id=found.me.id,
            kind="Like",
            object_uri=uri,
            body=as_text(document),
            audience=audience,
            extra=(extra,),
        )
    ]


async def like_undone(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    return await _undo(runtime, payload, "Like")


async def boost_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    found = await _reaction(runtime, payload)
    if found is None:
        return []
    uri, me, (audience, extra) = str(payload["uri"]), found.me, found.audiences
    visibility = str(payload.get("visibility") or found.post.visibility)
    document = build_announce(
        id=uri,
        actor=me.uri,
        followers=me.followers_uri or f"{me.uri}/followers",
        primary=found.authors[0].uri,
        object_id=found.post.uri,
        visibility="public" if visibility == "public" else "unlisted",
        published_at=int(payload["at"]),
    )
    named = [one for one in document["cc"] if visibility in EVERYBODYS or one != PUBLIC]
    document["cc"] = list(dict.fromkeys([*named, *found.uris[1:]]))
    return [
        Outgoing(
            uri=uri,
            actor_id=me.id,
            kind="Announce",
            object_uri=uri,
            body=await signed_for_all(runtime, me.id, document),
            public=visibility in EVERYBODYS,
            audience=Audience(followers_of=(me.id,)),
            extra=(audience, extra),
        )
    ]


async def boost_undone(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    return await _undo(runtime, payload, "Announce")


async def reaction_passed_on(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A like or boost of a co-author's post, as its actor proved it, for the primary author."""
    del runtime
    outgoing = Outgoing(
        uri=f"{payload['uri']}#passed-on",
        actor_id=payload["actor_id"],
        signer_id=payload["account_id"],
        kind="Like",
        body=payload["text"],
        audience=Audience(people=(payload["primary_id"],), personal=True),
    )
    return [outgoing if payload["type"] == "Like" else replace(outgoing, kind="Announce")]


async def _undo(runtime: Runtime, payload: Payload, kind: str) -> list[Outgoing]:
    found = await _reaction(runtime, payload)
    if found is None:
        return []
    uri, me = str(payload["uri"]), found.me
    undone: dict[str, Any] = {
        "id": uri,
        "type": kind,
        "actor": me.uri,
        "object": found.post.uri,
    }
    to = [PUBLIC] if kind == "Announce" else found.uris
    document = build_undo(f"{uri}#undo", me.uri, undone, to=to)
    body = (
        await signed_for_all(runtime, me.id, document) if kind == "Announce" else as_text(document)
    )
    return [
        Outgoing(
            uri=f"{uri}#undo",
            actor_id=me.id,
            kind="Undo",
            object_uri=None,
            body=body,
            # Whoever was told of it is told that it is over.
            audience=Audience(holders_of=(uri,)),
        )
    ]


async def _reaction(runtime: Runtime, payload: Payload) -> _Reaction | None:
    def query(tx: Tx) -> _Reaction | None:
        me, post = actors.actor(tx, payload["actor_id"]), posts.post(tx, payload["post_id"])
        if me is None or post is None:
            return None
        wanted = shown_author_ids(post, author_rows(tx, post), runtime.env.now())
        found = actors.actors(tx, wanted)
        return _Reaction(me, post, tuple(found[author] for author in wanted if author in found))

    return await runtime.store.read(query)
