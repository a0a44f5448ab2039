"""Conversations: what direct posts a reader has, by thread and by whom they are between.

As in Mastodon, one conversation is one thread between the same people; who joins begins another.
Nothing here decides who may read a post: whatever is kept from the reader is passed over when a
conversation is shown, and comes back when it is not any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from activitypub.documents.conversation import context_id
from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.services import distances, hiding, streams
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from storage.engine import Tx
from storage.models import Conversation, Post
from storage.queries import actors, audiences, posts, threads
from storage.queries import conversations as stored

MOST_PEOPLE: Final = 100
"""Whom a direct post names, as far as it counts."""
LOOKED_BACK: Final = 20
"""Posts among which one to show is looked for where the newest is kept from the reader."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A conversation with its newest post that its reader may see, and the others, by id."""

    held: Conversation
    last: Post
    people: tuple[int, ...]


def add(tx: Tx, env: Env, post_id: int, *, past: bool = False) -> None:
    """A direct post was published or came in: everybody here whom it is for has it.

    An edit brings it to those whom it names only now. ``past``: it is not news, so nobody has to
    read it.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "published" or post.visibility != "direct":
        return
    readers = actors.actors(tx, audiences.addressees(tx, post_id))
    tagged = (tag.get("href") for tag in post.tags if tag.get("type") == "Mention")
    named = {str(uri) for uri in tagged if uri} | {one.uri for one in readers.values()}
    names, thread = _thread(tx, post)
    having = stored.readers(tx, post_id)
    for reader in readers.values():
        people = sorted(named - {reader.uri})[:MOST_PEOPLE]
        if not reader.local or not people or reader.id in having:
            continue
        digest = sha256("\n".join(people).encode()).hexdigest()
        held = stored.between(tx, reader.id, digest, names)
        conversation_id = env.new_id() if held is None else held.id
        if held is None:
            stored.begin(
                tx,
                id=conversation_id,
                account_id=reader.id,
                thread=thread,
                people=people,
                people_digest=digest,
                unread=False,
                last_sort_id=post.sort_id,
            )
        stored.add_post(tx, conversation_id, post.id, post.sort_id)
        if past:
            continue
        if post.author_id == reader.id:
            stored.mark(tx, conversation_id, unread=False)
        elif not (
            distances.quiet(tx, env.now(), reader.id, [post.author_id])
            or threads.is_muted(tx, reader.id, post.id)
        ):
            stored.mark(tx, conversation_id, unread=True)
        streams.conversed(tx, env, reader.id, conversation_id, post)


def _thread(tx: Tx, post: Post) -> tuple[set[str], str]:
    """By which names the thread of a post may be known, and the one to know it by.

    Its first post, else the ``context`` that the post names, else what the first known one answers.
    """
    found = threads.above(tx, post.id)
    first = found[-1]
    context = None if post.local else context_id(orjson.loads(post.document))
    thread = first.uri if first.in_reply_to is None else context or first.in_reply_to
    names = {one.uri for one in found} | {thread, first.in_reply_to or thread, context or thread}
    return names, thread


def forget(tx: Tx, post: Post) -> None:
    """A post was deleted."""
    if post.visibility == "direct":
        stored.forget_post(tx, post.id)


def page(tx: Tx, env: Env, account_id: int, window: Window) -> list[Shown]:
    """A page of somebody's conversations, newest first, as far as there is something to see."""
    shown: dict[int, Shown] = {}

    def keep(found: Sequence[Conversation]) -> list[Conversation]:
        shown.update({one.held.id: one for one in see(tx, env, account_id, found)})
        return [one for one in found if one.id in shown]

    held = filled(
        lambda asked: stored.of_account(tx, account_id, asked),
        keep,
        lambda one: one.last_sort_id,
        window,
    )
    return [shown[one.id] for one in held]


def see(tx: Tx, env: Env, account_id: int, found: Sequence[Conversation]) -> list[Shown]:
    """What of some conversations may be seen, in their order.

    Nothing of those between the reader and nobody but people whom they keep away.
    """
    people = actors.actors_by_uri(tx, {uri for one in found for uri in one.people})
    known = {one.id: [people[uri].id for uri in one.people if uri in people] for one in found}
    apart = distances.distances(
        tx, env.now(), account_id, {actor_id for of in known.values() for actor_id in of}
    )
    near = [one for one in found if any(apart.of_actor(a) is None for a in known[one.id])]
    newest = stored.last_posts(tx, [one.id for one in near])
    lasts = _visible(tx, env, account_id, {key: [post_id] for key, post_id in newest.items()})
    left = [one.id for one in near if one.id not in lasts]
    if left:
        lasts |= _visible(tx, env, account_id, stored.earlier_posts(tx, left, LOOKED_BACK))
    return [Shown(one, lasts[one.id], tuple(known[one.id])) for one in near if one.id in lasts]


def _visible(
    tx: Tx, env: Env, account_id: int, candidates: dict[int, list[int]]
) -> dict[int, Post]:
    """Of each conversation the first of some posts that is not kept from the reader."""
    there = posts.posts_by_id(tx, {key for of in candidates.values() for key in of})
    live = [post for post in there.values() if post.state == "published"]
    fit = {post.id: post for post in hiding.visible(tx, env.now(), account_id, live)}
    return {
        conversation_id: fit[next(key for key in of if key in fit)]
        for conversation_id, of in candidates.items()
        if any(key in fit for key in of)
    }


def news(tx: Tx, env: Env, account_id: int, conversation_id: int, post_id: int) -> list[Shown]:
    """A conversation to which a post came, if its reader sees that post as the newest of it.

    Otherwise nothing: else the moment would tell of a post that is kept from them.
    """
    held = stored.by_id(tx, conversation_id)
    if held is None or held.account_id != account_id:
        return []
    return [one for one in see(tx, env, account_id, [held]) if one.last.id == post_id]


def own(tx: Tx, account_id: int, conversation_id: int) -> Conversation:
    """A conversation of this person; ``not_found`` for another's."""
    held = stored.by_id(tx, conversation_id)
    if held is None or held.account_id != account_id:
        raise not_found("conversation")
    return held


def read(tx: Tx, account_id: int, conversation_id: int) -> Conversation:
    """Its reader has read all of it."""
    own(tx, account_id, conversation_id)
    stored.mark(tx, conversation_id, unread=False)
    return own(tx, account_id, conversation_id)


def delete(tx: Tx, account_id: int, conversation_id: int) -> None:
    """Take it off the list: the next direct post of it begins it anew. No post is deleted."""
    own(tx, account_id, conversation_id)
    stored.remove(tx, conversation_id)
