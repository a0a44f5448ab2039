"""Who wants to hear of each new post of somebody they follow."""

from __future__ import annotations

from collections.abc import Collection

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import tell
from storage.engine import Tx
from storage.queries import follows, posts


def tell_of_post(
    tx: Tx, env: Env, post_id: int, author_ids: Collection[int], told: Collection[int] = ()
) -> None:
    """Tell followers of its authors of a new post, once, if they want to hear of each.

    Of answers to others they do not hear, nor of direct posts. ``told``: who heard of it already.
    """
    listening = set(follows.hearing(tx, author_ids)).difference(told, author_ids)
    if not listening:
        return
    post = posts.post(tx, post_id)
    if post is None or post.visibility == "direct":
        return
    if post.in_reply_to_uri is not None:
        answered = posts.post_by_uri(tx, post.in_reply_to_uri)
        if answered is None or answered.author_id not in author_ids:
            return
    author = find_actor(tx, post.author_id)
    for account_id in sorted(listening):
        tell(
            tx,
            env,
            account_id,
            "status",
            post.uri,
            actor_id=author.id,
            post_id=post.id,
            text=say("{who} posted.", who=f"@{author.username}@{author.host}"),
        )
