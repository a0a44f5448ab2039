"""Proposals end with the authorship of whoever made them: nobody is left who could agree to them.

On the primary author's side that decides; on the proposer's own server as soon as it knows.
"""

from __future__ import annotations

from typing import Final

from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.languages.wording import mark
from fedi_cotweet.services import distances, standing
from fedi_cotweet.services.circles import circle
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.models import Change, Post
from storage.queries import actors, changes, posts

NO_AUTHOR: Final = mark("Whoever proposed this is no author of the post any more.")
POST_GONE: Final = mark("The post is gone.")

_OVER: Final = frozenset(
    {
        ConsentState.DECLINED.value,
        ConsentState.EXPIRED.value,
        ConsentState.LAPSED.value,
        ConsentState.LEFT.value,
        ConsentState.REMOVED.value,
    }
)
"""Ends that the proposer's server need not be told of. An invitation that is taken back may be
followed by the next one, so there the primary author's answer is waited for."""


def settle(tx: Tx, env: Env, object_uri: str) -> None:
    """Decline what was proposed by people who are no authors of an object any more.

    They are not notified: they know that they left, or have been told that they were removed.
    """
    post = posts.post_by_uri(tx, object_uri)
    for change in changes.proposed(tx, object_uri):
        reason = _over(tx, env, change, post)
        if reason is None:
            continue
        now = env.now()
        changes.set_change(tx, change.id, state="declined", decided_at=now, reason=reason)
        if post is not None and post.local and not _out(tx, change.by_id):
            emit(tx, env, "proposal.answered", change_id=change.id)


def still_author(tx: Tx, env: Env, change: Change, post: Post) -> bool:
    """Whether a proposal for a post of ours is by one of its authors, as they are now."""
    by, around = actors.actor(tx, change.by_id), circle(tx, env, post.uri, post.author_id)
    if by is None or around is None or by.uri not in around.authors:
        return False
    return not _out(tx, by.id)


def _over(tx: Tx, env: Env, change: Change, post: Post | None) -> str | None:
    """Why a proposal cannot be taken over any more, if so."""
    if post is not None and post.state == "deleted" and (post.local or change.kind == "edit"):
        return POST_GONE  # whoever wished it elsewhere hears that it was done for them
    if post is not None and post.local:
        return None if still_author(tx, env, change, post) else NO_AUTHOR
    asked = standing.received_by(tx, change.by_id, change.object_uri)
    if not asked or circle(tx, env, change.object_uri, change.by_id) is not None:
        return None
    return NO_AUTHOR if asked[-1].state in _OVER else None


def _out(tx: Tx, actor_id: int) -> bool:
    actor = actors.actor(tx, actor_id)
    return actor is None or actor.gone_at is not None or distances.unavailable(tx, actor)
