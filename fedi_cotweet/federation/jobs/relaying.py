"""Jobs about likes, boosts and replies: telling co-authors' servers, asking primary authors'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from activitypub.activities.collecting import MAX_ITEMS, build_collecting
from activitypub.documents.interactions import (
    MEMBERS,
    collection_ids,
    read_total,
    read_totals,
)
from activitypub.origins import check_fetched
from activitypub.verdicts import Refused
from activitypub.vocab.reading import host_of
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again, More
from fedi_cotweet.federation.outbox.lookups import as_text
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.federation.sending import Audience, Outgoing, enqueue
from fedi_cotweet.services import crawling
from fedi_cotweet.services import reactions as reaction_services
from fedi_cotweet.services.documents import claimed_rows, totals_of
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.models import Actor, Post, PostAuthor, Relay
from storage.queries import actors, interactions, post_authors, posts, reactions

AT_ONCE: Final = 200


async def relay(context: Context, payload: Mapping[str, Any]) -> None:
    """Tell the servers of a post's co-authors what others did with it, several things at once.

    Written and ended in one transaction, so that nothing is told twice or never.
    """
    env, post_id = context.env, int(payload["post_id"])

    def transaction(tx: Tx) -> int:
        waiting = reactions.relays_of(tx, post_id, AT_ONCE)
        post = posts.post(tx, post_id)
        primary = actors.actor(tx, post.author_id) if post is not None else None
        reactions.remove_relays(tx, [row.id for row in waiting])
        if post is None or primary is None or post.state != "published":
            return 0
        rows = claimed_rows(post_authors.authors_of(tx, [post_id])[post_id])
        for outgoing in _outgoing(tx, context, post, primary, rows, waiting):
            enqueue(tx, env, outgoing)
        return len(waiting)

    while await context.runtime.write(transaction) == AT_ONCE:
        pass


def _outgoing(
    tx: Tx,
    context: Context,
    post: Post,
    primary: Actor,
    rows: Sequence[PostAuthor],
    waiting: Sequence[Relay],
) -> Iterator[Outgoing]:
    totals = totals_of(tx, post)
    away = [row for row in rows if not context.runtime.is_own(row.actor_uri)]
    audience = Audience(
        people=tuple(row.actor_id for row in away if row.actor_id is not None), only_aware=True
    )
    for (collection, removed), together in groupby(
        waiting, key=lambda row: (row.collection, row.removed)
    ):
        found = list(together)
        for start in range(0, len(found), MAX_ITEMS):
            some = found[start : start + MAX_ITEMS]
            uri = f"{post.uri}#relays/{some[0].id}"
            document = build_collecting(
                "Remove" if removed else "Add",
                id=uri,
                actor=primary.uri,
                items=[_item(tx, post, row) for row in some],
                target=f"{post.uri}/{collection}",
                total=getattr(totals, collection) or 0,
                published_at=context.env.now(),
                to=[row.actor_uri for row in away],
            )
            body = as_text(document)
            if removed:
                yield Outgoing(
                    uri=uri, actor_id=primary.id, kind="Remove", body=body, audience=audience
                )
            else:
                yield Outgoing(
                    uri=uri, actor_id=primary.id, kind="Add", body=body, audience=audience
                )


def _item(tx: Tx, post: Post, row: Relay) -> str | dict[str, Any]:
    if row.collection == "replies":
        return row.uri
    kind = "Like" if row.collection == "likes" else "Announce"
    item = {"id": row.uri, "type": kind, "actor": row.actor_uri, "object": post.uri}
    held = interactions.like_by_uri(tx, row.uri) if row.collection == "likes" else None
    # A reaction with an emoji as Misskey writes it: a like to whoever does not read on.
    return item | {"content": held.emoji} if held is not None and held.emoji else item


async def take_reaction(context: Context, payload: Mapping[str, Any]) -> None:
    """A like or boost by somebody who was not known here: get to know them, then count it."""
    actor = await context.directory.actor(str(payload["actor"]))
    if isinstance(actor, Refused):
        if actor.code == "not_fetched":
            raise Again(actor.reason)
        return
    known, env = actor, context.env

    def transaction(tx: Tx) -> None:
        post = posts.post(tx, int(payload["post_id"]))
        if post is not None and post.state == "published" and known.suspended_at is None:
            reaction_services.receive(
                tx,
                env,
                post,
                payload["collection"],
                known,
                str(payload["uri"]),
                counted=bool(payload["counted"]),
                emoji=str(payload.get("emoji", "")),
            )

    await context.runtime.write(transaction)


async def refresh_counts(context: Context, payload: Mapping[str, Any]) -> None:
    """Ask a post's server how often it was liked, boosted and answered, a request at a time.

    One GET of the post; where it only names its collections, one more for each: ``left`` of the
    payload, with what was ``said`` so far. A server that does not say is asked again when the post
    is next shown and the answer would be old.
    """
    runtime, env, post_id = context.runtime, context.env, int(payload["post_id"])
    post = await runtime.store.read(lambda tx: posts.post(tx, post_id))
    if post is None or post.local or post.state != "published":
        return
    host = host_of(post.uri) or ""
    wait = await runtime.write(lambda tx: crawling.turn(tx, env, host))
    if wait:
        raise More(wait)
    said: dict[str, int] = dict(payload.get("said", {}))
    left: dict[str, str] | None = payload.get("left")
    if left is not None:
        left, name = dict(left), min(left)
        document = await _fetch(context, left.pop(name))
        number = None if document is None else read_total(document)
        said |= {} if number is None else {name: number}
    elif context.budgets.counts.spend(host, env.now()):
        document = await _fetch(context, post.uri) or {}
        found = read_totals(document)
        said = {name: number for name in MEMBERS if (number := getattr(found, name)) is not None}
        left = {n: uri for n, uri in collection_ids(document).items() if n not in said}
    else:
        log.info("counts_not_asked", post=post.uri, reason="too_many")
        return

    def transaction(tx: Tx) -> None:
        if left:
            more = {"post_id": post_id, "said": said, "left": left}
            later(tx, env, "refresh_counts", str(post_id), delay=crawling.EVERY, **more)
        else:
            reactions.set_totals(tx, post_id, said, at=env.now())

    await runtime.write(transaction)


async def _fetch(context: Context, uri: str) -> dict[str, Any] | None:
    key = await context.runtime.keys.instance()
    document = check_fetched(await context.runtime.client.get(uri, key=key))
    return None if isinstance(document, Refused) else document
