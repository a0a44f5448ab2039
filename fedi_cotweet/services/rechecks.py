"""Posts whose stamps were shown and are old: another look is asked for, and nobody waits for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services.events import later
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.errors import StorageError

ASK_AGAIN_AFTER = 10 * MINUTE
REMEMBERED = 10_000


class Rechecks:
    """Writes ``verify_post`` jobs in the background. Belongs to one event loop."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked: OrderedDict[int, int] = OrderedDict()

    def ask(self, post_ids: Iterable[int]) -> None:
        """Have these posts' stamps fetched again. A post is asked for once in ten minutes: every
        view of a popular one would be a write otherwise.
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

    async def finish(self) -> None:
        """Wait for what was begun: before the store closes."""
        await asyncio.gather(*self._tasks)

    async def _write(self, post_ids: list[int]) -> None:
        def transaction(tx: Tx) -> None:
            for post_id in post_ids:
                later(tx, self._site.env, "verify_post", str(post_id), post_id=post_id)

        try:
            await self._site.write(transaction)
        except StorageError:
            for post_id in post_ids:  # the next view asks again
                self._asked.pop(post_id, None)
