"""Telling those who passed a post on that it says something else by now."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services import timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import tell
from fedi_cotweet.services.notices import author_rows
from storage.engine import Tx
from storage.queries import actors, interactions, notifications, posts, quoting

AGAIN_AFTER: Final = 5 * MINUTE
"""Of edits in between nobody hears: who mends letter by letter rings no bell each time."""
_WHAT: Final = {
    "quoted_update": mark("{who} changed a post that you quoted."),
    "update": mark("{who} changed a post that you boosted."),
}


def tell_of_edit(tx: Tx, env: Env, post_id: int) -> None:
    """Tell whoever here boosted or quoted a post that it was edited. Of several edits the last.

    Its authors know, and who muted it does not want to.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "published":
        return
    quoters = quoting.local_quoters(tx, post.uri)
    boosters = interactions.local_boosters(tx, post.id)
    author = actors.actor(tx, post.author_id)
    if author is None or not (quoters or boosters):
        return
    left_out = set(timelines.shown_author_ids(post, author_rows(tx, post), env.now()))
    notifications.forget_older(tx, post.id, _WHAT, env.now() - AGAIN_AFTER)
    for kind, people in (("quoted_update", quoters), ("update", boosters)):
        for account_id in people:
            if account_id in left_out:
                continue
            left_out.add(account_id)
            tell(
                tx,
                env,
                account_id,
                kind,
                post.uri,
                actor_id=author.id,
                post_id=post.id,
                text=say(_WHAT[kind], who=f"@{author.username}@{author.host}"),
            )
