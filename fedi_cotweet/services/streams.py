"""Telling those who listen at the moment, in the transaction that makes it true.

Each function here writes one row that says what happened, not to whom: who hears of it is asked
when it is told (``broadcasting``), in every process that holds streams, after this transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedi_cotweet.domain.ids import time_of
from fedi_cotweet.domain.limits import HOUR, MINUTE
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import stream
from storage.engine import Tx
from storage.models import Boost, Post
from storage.queries import home
from storage.queries import streams as stored

KEPT: Final = 5 * MINUTE
"""How long what happened can be told; whoever comes later asks for timelines."""
LATE: Final = 6 * HOUR
"""What is older when it arrives is found in timelines, in its place, and not told."""


def posted(tx: Tx, env: Env, post_id: int) -> None:
    """A post was published here, or came in."""
    stream(tx, env, "posted", post_id=post_id)


def brought(tx: Tx, env: Env, post_id: int, readers: Collection[int]) -> None:
    """A post that was there already came into some more home timelines."""
    if readers:
        stream(tx, env, "brought", post_id=post_id, readers=sorted(readers))


def boosted(tx: Tx, env: Env, post_id: int, boost_id: int) -> None:
    """Somebody boosted a post."""
    stream(tx, env, "boosted", post_id=post_id, subject=boost_id)


def edited(tx: Tx, env: Env, post_id: int) -> None:
    """A published post says something else now, or is by others."""
    stream(tx, env, "edited", post_id=post_id)


def deleted(tx: Tx, env: Env, post: Post) -> None:
    """A published post is about to go; called before it leaves home timelines."""
    readers = {entry.account_id for entry in home.entries_of(tx, post.id)}
    stream(tx, env, "deleted", post_id=post.id, subject=post.sort_id, readers=sorted(readers))


def unboosted(tx: Tx, env: Env, boost: Boost) -> None:
    """A boost is about to go; called before it leaves home timelines."""
    readers = stored.boost_entries(tx, boost.post_id, boost.id)
    if readers:
        stream(tx, env, "unboosted", post_id=boost.post_id, subject=boost.id, readers=readers)


def conversed(tx: Tx, env: Env, account_id: int, conversation_id: int, post: Post) -> None:
    """Somebody here has a direct post, published or come in just now, in a conversation."""
    if time_of(post.sort_id) >= env.now() - LATE:
        stream(
            tx, env, "conversed", account_id=account_id, subject=conversation_id, post_id=post.id
        )


def filters_changed(tx: Tx, env: Env, account_id: int) -> None:
    """Somebody here changed what they filter: their apps read it anew."""
    stream(tx, env, "filters_changed", account_id=account_id)


def notifications_merged(tx: Tx, env: Env, account_id: int) -> None:
    """Notifications that were held back from somebody here stand among all the others now."""
    stream(tx, env, "notifications_merged", account_id=account_id)


def announced(tx: Tx, env: Env, key: int) -> None:
    """Whoever runs the server tells everybody something, or tells it anew."""
    stream(tx, env, "announced", subject=key)


def announcement_answered(tx: Tx, env: Env, key: int, name: str) -> None:
    """More or fewer people than before answer it with an emoji."""
    stream(tx, env, "announcement_answered", subject=key, name=name)


def announcement_removed(tx: Tx, env: Env, key: int) -> None:
    """It is taken back."""
    stream(tx, env, "announcement_removed", subject=key)


def forget(tx: Tx, env: Env) -> bool:
    """Drop what is told by now."""
    stored.forget(tx, env.now() - KEPT)
    return False
