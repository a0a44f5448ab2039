"""Asking the other authors' servers what they know of a post."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from activitypub.coauthorship.statistics import Statistics, read_statistics, statistics_url
from activitypub.origins import check_fetched
from activitypub.verdicts import Refused
from activitypub.vocab.reading import origin
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import statistics
from fedi_cotweet.services.statistics import Asked, Part
from storage.engine import Tx
from storage.models import Actor

KEPT_FOR: Final = 5 * MINUTE
ASK_AGAIN_AFTER: Final = MINUTE
ANSWER_WITHIN_S: Final = 5.0
REMEMBERED: Final = 1_000


@dataclass(slots=True)
class StatisticsFinder:
    """One GET to each other server that an author lives on, at most once in five minutes.

    Views are a whole server's, so of several authors on one only the first is asked.
    """

    context: Context
    _kept: OrderedDict[str, tuple[int, Part | None]] = field(default_factory=OrderedDict)

    async def __call__(self, account_id: int, post_id: int) -> Asked:
        """What they answer about a post of this account; ``ServiceError`` if it is none."""
        env = self.context.env

        def query(tx: Tx) -> tuple[str, list[Actor]]:
            post = statistics.own_post(tx, env, account_id, post_id)
            return post.uri, statistics.authors(tx, env, post)

        object_uri, people = await self.context.runtime.store.read(query)
        first: dict[object, Actor] = {}
        for author in people:
            if not author.local:
                first.setdefault(origin(author.uri), author)
        asked = list(first.values())
        answers = await asyncio.gather(
            *(self._ask(account_id, author, object_uri) for author in asked)
        )
        found = [part for part in answers if part is not None]
        primary = answers[0] if asked and asked[0].id == people[0].id else None
        without = (author.host for author, part in zip(asked, answers, strict=True) if not part)
        return Asked(tuple(found), primary, tuple(sorted(without)))

    async def _ask(self, account_id: int, author: Actor, object_uri: str) -> Part | None:
        url, now = statistics_url(author.uri, object_uri), self.context.env.now()
        at, held = self._kept.get(url, (0, None))
        if at > now - (KEPT_FOR if held is not None else ASK_AGAIN_AFTER):
            return held
        if not self.context.budgets.statistics.spend(author.host, now):
            return held
        part = await self._get(account_id, author.uri, object_uri, url)
        self._kept[url] = now, part
        self._kept.move_to_end(url)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return part

    async def _get(self, account_id: int, author: str, object_uri: str, url: str) -> Part | None:
        runtime = self.context.runtime
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                # In the name of an author: nobody else gets an answer.
                fetched = await runtime.client.get(url, key=await runtime.keys.rsa(account_id))
        except TimeoutError:
            return None
        document = check_fetched(fetched)
        if isinstance(document, dict):
            found = read_statistics(document, author, object_uri)
            if isinstance(found, Statistics):
                return Part(
                    found.views, found.followers_gained, found.likes, found.shares, found.replies
                )
            document = found
        assert isinstance(document, Refused), "it is one or the other"
        log.info("statistics_not_had", url=url, code=document.code)
        return None
