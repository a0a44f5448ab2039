"""Which posts belong together: what a post answers, what answers it, and whose the thread is."""

from __future__ import annotations

from typing import Final

import orjson

from activitypub.documents.conversation import context_id
from fedi_cotweet.services.audiences import may_see
from storage.engine import Tx
from storage.models import Post
from storage.queries import interactions, posts

MOST_ANCESTORS: Final = 40
MOST_SHOWN: Final = 500
DEEPEST: Final = 100


def ancestors(tx: Tx, post: Post, viewer_id: int | None = None) -> list[Post]:
    """What a post answers, the first of the thread first, as far as the viewer may see it here."""
    found: list[Post] = []
    seen = {post.uri}
    above = post.in_reply_to_uri
    while above and above not in seen and len(found) < MOST_ANCESTORS:
        seen.add(above)
        parent = posts.post_by_uri(tx, above)
        if parent is None or parent.state != "published" or not may_see(tx, parent, viewer_id):
            break
        found.insert(0, parent)
        above = parent.in_reply_to_uri
    return found


def descendants(
    tx: Tx, post: Post, most: int = MOST_SHOWN, viewer_id: int | None = None
) -> list[Post]:
    """What answers a post and its answers, each above those to itself, the oldest first.

    As far as it is for the viewer (None: for everybody).
    """
    below: dict[str, list[Post]] = {}
    seen, level, count = {post.uri}, [post.uri], 0
    for _ in range(DEEPEST):
        room = most - count
        if not level or room <= 0:
            break
        answers = interactions.replies_to_any(tx, level, room, viewer_id)
        level = []
        for one in answers:
            if one.uri not in seen:
                seen.add(one.uri)
                level.append(one.uri)
                count += 1
                below.setdefault(one.in_reply_to_uri or "", []).append(one)
    found: list[Post] = []
    stack = list(reversed(below.get(post.uri, [])))
    while stack:
        one = stack.pop()
        found.append(one)
        stack += reversed(below.get(one.uri, []))
    return found


def context_of(tx: Tx, post: Post) -> str | None:
    """The collection of the thread that a post of ours belongs to.

    Ours where its first post is; else the one that the first post known here names, if any.
    """
    if post.in_reply_to_uri is None:
        return context_address(post)
    above = ancestors(tx, post)
    if not above:
        return None
    first = above[0]
    if first.local:
        return None if first.in_reply_to_uri else context_address(first)
    return context_id(orjson.loads(first.document))


def context_address(first: Post) -> str:
    """Where the thread that begins with this post of ours can be read."""
    return f"{first.uri}/context"
