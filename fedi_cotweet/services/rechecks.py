"""When posts are looked at again: in time, or when one is shown whose stamps or counts are old."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable

from activitypub.coauthorship.verification import CoAuthorState, CoAuthorVerdict
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE, STAMP_RECHECK_AFTER
from fedi_cotweet.services import acquaintance, crawling, freshness
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.errors import StorageError
from storage.models import Post
from storage.queries import actors, posts

ASK_AGAIN_AFTER = 10 * MINUTE
REMEMBERED = 10_000
SILENT_FOR_GOOD = 30 * DAY


def next_check(post: Post, verdict: CoAuthorVerdict, now: int) -> int | None:
    """When to look at a co-author's stamp again; None: when the post is shown next.

    Young posts are looked at daily. A stamp that cannot be had is asked for after an hour, then
    ever more seldom up to once a day; after thirty days of silence nobody asks by themselves.
    """
    silence = _silent_for(post, verdict, now)
    if silence is not None:
        return None if silence >= SILENT_FOR_GOOD else now + min(max(HOUR, silence), DAY)
    lasting = verdict.state in (CoAuthorState.VERIFIED, CoAuthorState.STALE)
    if lasting and now - (post.published_at or now) < 7 * DAY:
        return now + STAMP_RECHECK_AFTER
    return None


def soon_again(post: Post, verdict: CoAuthorVerdict, now: int) -> bool:
    """Whether a stamp that could not be had is worth trying again within minutes: its server may
    be down for a moment, and until it answers nobody sees the name."""
    silence = _silent_for(post, verdict, now)
    return verdict.state is CoAuthorState.UNKNOWN and silence is not None and silence < HOUR


def _silent_for(post: Post, verdict: CoAuthorVerdict, now: int) -> int | None:
    """For how long a stamp could not be had, None if it could."""
    if verdict.state is not CoAuthorState.UNKNOWN and verdict.reason != "kept":
        return None
    begun = (post.published_at or post.fetched_at) if post.local else post.fetched_at
    return now - max(verdict.fetched_at or 0, begun)


class Rechecks:
    """Writes the jobs of ``freshness.renew`` in the background. Belongs to one event loop."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: OrderedDict[int, int] = OrderedDict()
        self._opened: OrderedDict[int, int] = OrderedDict()

    def ask(self, post_ids: Iterable[int]) -> None:
        """Have what is old of these posts fetched again. A post is asked for once in ten minutes:
        every view of a popular one would be a write otherwise.
        """
        now = self._site.env.now()
        wanted = [
            post_id for post_id in post_ids if self._asked.get(post_id, 0) <= now - ASK_AGAIN_AFTER
        ]
        if not wanted:
            return
        for post_id in wanted:
            self._asked[post_id] = now
            self._asked.move_to_end(post_id)
        while len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        task = asyncio.create_task(self._write(wanted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def open_thread(self, post_id: int, *, stranger: bool) -> None:
        """Somebody looks at a post in its thread: have what is missing fetched (``crawling``)."""
        now, env = self._site.env.now(), self._site.env
        if self._opened.get(post_id, 0) > now - crawling.THREAD_AGAIN_AFTER:
            return

        def transaction(tx: Tx) -> None:
            post = posts.post(tx, post_id)
            if post is not None:
                crawling.begin_thread(tx, env, post, stranger=stranger)

        await self._open(post_id, now, transaction)

    async def open_profile(self, actor_id: int, *, stranger: bool) -> None:
        """Somebody looks at a profile elsewhere: have what it shows fetched (``acquaintance``)."""
        now, env = self._site.env.now(), self._site.env
        if self._opened.get(actor_id, 0) > now - crawling.OUTBOX_AGAIN_AFTER:
            return

        def transaction(tx: Tx) -> None:
            actor = actors.actor(tx, actor_id)
            if actor is not None:
                acquaintance.begin(tx, env, actor, stranger=stranger)

        await self._open(actor_id, now, transaction)

    async def _open(self, key: int, now: int, transaction: Callable[[Tx], None]) -> None:
        """``key``: the id of a post or an actor; no two things here have the same."""
        self._opened[key] = now
        self._opened.move_to_end(key)
        while len(self._opened) > REMEMBERED:
            self._opened.popitem(last=False)
        try:
            await self._site.write(transaction)
        except StorageError:  # what is known is shown all the same
            self._opened.pop(key, None)

    async def finish(self) -> None:
        """Wait for what was begun: before the store closes."""
        await asyncio.gather(*self._tasks)

    async def _write(self, post_ids: list[int]) -> None:
        def transaction(tx: Tx) -> None:
            freshness.renew(tx, self._site.env, post_ids)

        try:
            await self._site.write(transaction)
        except StorageError:
            for post_id in post_ids:  # the next view asks again
                self._asked.pop(post_id, None)
