"""Votes, and how they stand, become activities."""

from __future__ import annotations

from dataclasses import replace

from activitypub.documents.polls import Vote, build_vote
from fedi_cotweet.federation.outbox.lookups import Payload, as_text
from fedi_cotweet.federation.outbox.posts import post_updated
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from fedi_cotweet.services import polls as services
from storage.engine import Tx
from storage.models import Actor, Poll, Post
from storage.queries import actors, polls, posts


async def poll_voted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """A vote of somebody here, to the poll's author alone: one activity for each choice."""

    def query(tx: Tx) -> tuple[Post | None, Poll | None, Actor | None, Actor | None]:
        post = posts.post(tx, payload["post_id"])
        author = actors.actor(tx, post.author_id) if post is not None else None
        me = actors.actor(tx, payload["account_id"])
        return post, polls.poll(tx, payload["post_id"]), author, me

    post, poll, author, me = await runtime.store.read(query)
    if post is None or poll is None or author is None or me is None:
        return []
    found = []
    for choice in payload["choices"]:
        uri = f"{me.uri}/votes/{post.id}/{choice}"
        vote = Vote(uri, me.uri, post.uri, str(poll.options[choice]["name"]))
        document = build_vote(vote, to=author.uri, published_at=runtime.env.now())
        found.append(
            Outgoing(
                uri=str(document["id"]),
                actor_id=me.id,
                kind="Create",
                body=as_text(document),
                audience=Audience(people=(author.id,), personal=True),
            )
        )
    return found


async def poll_counted(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """The same post with other numbers: ``updated`` stays, so that nobody takes it for an edit."""
    voters = await runtime.store.read(
        lambda tx: services.remote_voters(tx, int(payload["post_id"]))
    )
    return [
        replace(item, extra=(*item.extra, Audience(people=voters)))
        for item in await post_updated(runtime, payload)
    ]
