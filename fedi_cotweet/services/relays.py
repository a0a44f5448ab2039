"""One truth about a co-tweet's likes, boosts and replies: its primary author's server holds it.

What reached that server is told to the co-authors' servers a moment later, several at once, as
``Add`` and ``Remove`` to the post's own collections with their present sizes
(docs/fep-af48.md, Interactions). There it is believed, because the collections are the primary
author's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import orjson

from activitypub.documents.interactions import collection_ids
from fedi_cotweet.domain.limits import CLOCK_DIFFERENCE, SECOND
from fedi_cotweet.services import timelines
from fedi_cotweet.services.documents import claimed_rows
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, later
from storage.engine import Tx
from storage.models import Actor, Post, PostAuthor
from storage.queries import actors, follows, post_authors, posts, reactions

Collection = Literal["likes", "shares", "replies"]
COLLECTIONS: Final[tuple[Collection, ...]] = ("likes", "shares", "replies")

RELAY_AFTER: Final = 2 * SECOND
"""What comes within this time goes out together."""
MOST_PASSED_ON: Final = 16_384
"""Characters of an activity that is passed on as it came."""


def relay(
    tx: Tx,
    env: Env,
    post: Post,
    rows: Sequence[PostAuthor],
    collection: Collection,
    uri: str,
    *,
    by: Actor,
) -> None:
    """Something was done to a post of ours: co-authors elsewhere are to hear of it."""
    if not _has_authors_elsewhere(env, post, rows):
        return
    reactions.add_relay(
        tx,
        id=env.new_id(),
        post_id=post.id,
        collection=collection,
        removed=False,
        uri=uri,
        actor_uri=by.uri,
        created_at=env.now(),
    )
    later(tx, env, "relay", str(post.id), delay=RELAY_AFTER, post_id=post.id)


def relay_removal(
    tx: Tx,
    env: Env,
    post: Post,
    rows: Sequence[PostAuthor],
    collection: Collection,
    uri: str,
    actor_uri: str,
) -> None:
    """It was taken back: they hear of that too, or of neither if they do not know yet."""
    if not _has_authors_elsewhere(env, post, rows) or reactions.drop_relay(tx, post.id, uri):
        return
    reactions.add_relay(
        tx,
        id=env.new_id(),
        post_id=post.id,
        collection=collection,
        removed=True,
        uri=uri,
        actor_uri=actor_uri,
        created_at=env.now(),
    )
    later(tx, env, "relay", str(post.id), delay=RELAY_AFTER, post_id=post.id)


def _has_authors_elsewhere(env: Env, post: Post, rows: Sequence[PostAuthor]) -> bool:
    return post.local and any(not env.addresses.owns(row.actor_uri) for row in claimed_rows(rows))


def pass_on(
    tx: Tx, env: Env, post: Post, by: Actor, kind: Literal["Like", "Announce"], uri: str, text: str
) -> None:
    """A like or boost reached a co-author's server only: the primary author's counts.

    ``text`` carries its actor's own proof or signature, which that server can check.
    """
    if post.local or not post.co_authored or len(text) > MOST_PASSED_ON:
        return
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    here = follows.local_among(tx, timelines.shown_author_ids(post, rows, env.now()))
    primary = actors.actor(tx, post.author_id)
    if not here or primary is None or primary.host == by.host:
        return
    emit(
        tx,
        env,
        "reaction.passed_on",
        type=kind,
        uri=uri,
        text=text,
        actor_id=by.id,
        account_id=here[0],
        primary_id=primary.id,
    )


def find_collection(
    tx: Tx, env: Env, owner: Actor, target_uri: str
) -> tuple[Post, Collection] | str:
    """The post and which of its collections an Add or Remove is about, if it is to be believed.

    Only the primary author of a post elsewhere that somebody here is an author of says what is in
    its collections, and only in those the post itself names. Else why not: ``unknown_object``,
    ``not_the_author``, ``not_relevant`` or ``not_the_collection``.
    """
    post = posts.post_by_uri(tx, target_uri.rpartition("/")[0])
    if post is None or post.local or post.state != "published":
        return "unknown_object"
    if post.author_id != owner.id:
        return "not_the_author"
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    if not follows.local_among(tx, timelines.shown_author_ids(post, rows, env.now())):
        return "not_relevant"
    named = collection_ids(orjson.loads(post.document))
    for collection in COLLECTIONS:
        if named.get(collection) == target_uri:
            return post, collection
    return "not_the_collection"


def note_total(
    tx: Tx, post_id: int, collection: Collection, total: int | None, said_at: int
) -> None:
    """How many the primary author's server counts, unless it was asked after it said so."""
    post = posts.post(tx, post_id)
    if post is None or total is None or said_at < (post.counts_at or 0) - CLOCK_DIFFERENCE:
        return
    reactions.set_totals(tx, post_id, {collection: total})
