"""All streams of one process: it looks what happened, and tells those who listen.

What happened is in the database (``storage.models.streams``), whichever process wrote it. A bell
says that this process did; for what others wrote, and for tokens that ended in whatever way, it is
looked there ``LOOK_S`` after the last time at the latest, as long as anybody listens.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.mastodon_api.streaming.listeners import STOPPING, TOKEN_OVER, Listener
from fedi_cotweet.mastodon_api.streaming.rendering import Telling, tellings
from fedi_cotweet.services.broadcasting import Channel, Viewer
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.queries import streams

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.streams")

LOOK_S: Final = 0.4
"""A stream whose token ended is closed within a second."""
BATCH: Final = 50
"""Events told from one snapshot."""
OVERLAP: Final = 5 * SECOND
"""An id is made before its transaction commits: rows this much older than now may still come."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look found."""

    over: Sequence[Listener]
    """Those whose token does not hold any more."""
    listeners: Mapping[tuple[Channel, Viewer], Sequence[Listener]]
    told: Sequence[Telling]
    ids: Sequence[int]
    """Of the events that were told."""
    more: bool


class Hub:
    """The open streams of a process. Belongs to one event loop."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self._seen: set[int] = set()
        self._stopped = False

    async def join(self, listener: Listener) -> None:
        """Tell this one from now on. ``ApiError`` (429, 503) where there are too many."""
        settings = self._site.settings
        if self._stopped or len(self._listeners) >= settings.streaming_connections:
            raise ApiError(503, "Too many streams are open. Try again later.")
        # Of an app that acts for nobody: as many as of a person.
        held = Counter(_holder(other) for other in self._listeners)[_holder(listener)]
        if held >= settings.streaming_connections_per_account:
            raise ApiError(429, "Too many streams are open for this account")
        self._listeners.add(listener)
        async with self._beginning:
            if self._task is None:
                after = self._floor()
                self._seen = set(await self._site.read(lambda tx: streams.ids_after(tx, after)))
                self._task = asyncio.create_task(self._run())

    def leave(self, listener: Listener) -> None:
        """Tell this one no more."""
        self._listeners.discard(listener)

    async def stop(self, _: web.Application) -> None:
        """End all streams, politely."""
        self._stopped = True
        for listener in self._listeners:
            listener.end(STOPPING)
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=0.5)

    async def _run(self) -> None:
        bell = self._site.streams
        while self._listeners:
            bell.clear()
            try:
                more = await self._once()
            except Exception:
                log.exception("streams_failed")
                await asyncio.sleep(LOOK_S)
                continue
            if not more:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await bell.wait()
        self._task = None

    async def _once(self) -> bool:
        """One look; whether there is more to tell."""
        after, seen = self._floor(), frozenset(self._seen)
        look = await self._site.read(lambda tx: self._look(tx, after, seen))
        for listener in look.over:
            listener.end(TOKEN_OVER)
        for telling in look.told:
            for listener in look.listeners[telling.channel, telling.viewer]:
                # It may have left, or listen no more to that, meanwhile.
                if listener in self._listeners:
                    listener.tell(telling.message, telling.channel)
        self._seen |= set(look.ids)
        self._seen = {event_id for event_id in self._seen if event_id > after}
        return look.more

    def _look(self, tx: Tx, after: int, seen: frozenset[int]) -> _Look:
        env = self._site.env
        # In this order: who subscribed before something was committed is among the listeners when
        # a snapshot holds it. This runs in another thread, hence the copies.
        new = [event_id for event_id in streams.ids_after(tx, after) if event_id not in seen]
        everybody = list(self._listeners)
        holding = streams.holding(tx, {one.bearer.token_id for one in everybody}, env.now())
        listening: dict[Channel, set[Viewer]] = defaultdict(set)
        listeners: dict[tuple[Channel, Viewer], list[Listener]] = defaultdict(list)
        over = []
        for listener in everybody:
            if listener.bearer.token_id not in holding:
                over.append(listener)
                continue
            for channel in list(listener.channels):
                listening[channel].add(listener.viewer)
                listeners[channel, listener.viewer].append(listener)
        told: list[Telling] = []
        before: set[tuple[Channel, Viewer, str, str]] = set()
        for event in streams.events(tx, new[:BATCH]):
            try:
                found = list(tellings(tx, env, event, dict(listening)))
            except Exception:  # one that cannot be told must not keep the others
                log.exception("stream_event_failed", kind=event.kind, event_id=event.id)
                continue
            for one in found:
                # A post that came to more readers before it was told: they have it from that.
                key = (one.channel, one.viewer, one.message.event, one.message.payload)
                if key not in before:
                    before.add(key)
                    told.append(one)
        return _Look(over, listeners, told, new[:BATCH], len(new) > BATCH)

    def _floor(self) -> int:
        return id_at(self._site.env.now() - OVERLAP, 0)


def _holder(listener: Listener) -> tuple[str, int]:
    if listener.viewer is not None:
        return "account", listener.viewer
    return "application", listener.bearer.application_id


HUB: Final = web.AppKey("hub", Hub)
