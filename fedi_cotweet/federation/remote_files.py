"""Copies of others' pictures, faces and emoji: few enough, and fetched again when missed.

Readers ask this server alone, at addresses that nobody can guess or make up: it fetches only what
came with a post or a profile. Stops a disk that fills with what strangers send, and a stranger
from learning who reads them.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from activitypub.coauthorship.projection import media_digest
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.services import decoding, emoji, media
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import FileStore, files_of
from fedi_cotweet.services.pictures import OF_EMOJI, OF_POSTS, Bounds
from storage.engine import Tx
from storage.models import EmojiPicture, Media, RemoteFile
from storage.queries import remote_files

AT_ONCE: Final = 6
"""Files fetched at the same time because somebody looks: each may wait in memory."""
MOST_WAITING: Final = 100
BATCH: Final = 100
"""Files thrown away in one go."""
SLACK: Final = 0.95
"""Where there is no room left, so much of it stays in use."""
GONE_FOR: Final = 6 * HOUR
AWAY_FOR: Final = 5 * MINUTE
MOST_REMEMBERED: Final = 10_000
SEEN_AGAIN_AFTER: Final = HOUR


@dataclass(slots=True)
class Copies:
    """What this process knows of the copies."""

    total: int | None = None
    """Their octets; None until counted."""
    room: asyncio.Lock = field(default_factory=asyncio.Lock)
    fetching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    under_way: dict[str, asyncio.Task[int]] = field(default_factory=dict)
    missed: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)
    """By token: until when it is not asked for again, and what readers are told."""
    used: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Wanted:
    token: str
    url: str
    path: str
    digest: str | None
    most: int
    bounds: Bounds


class RemoteFiles:
    """The copies of one server. ``make_room`` before a file is written; ``kept`` in the transaction
    that names it, or ``give_back`` where it came to nothing."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._files = files_of(runtime.settings)
        self._copies = Copies()

    def kept(self, tx: Tx, token: str, url: str, path: str, size: int) -> None:
        """Write down a copy that may go again. Files of this very server are none."""
        if not self._runtime.is_own(url):
            remote_files.keep(tx, token, path, size, self._runtime.env.now())

    def give_back(self, size: int) -> None:
        """The room for so many octets was not needed."""
        if self._copies.total is not None:
            self._copies.total -= size

    async def make_room(self, coming: int) -> None:
        """Throw away what nobody looked at for longest, until so many octets fit; they are
        counted from now on."""
        cap, copies = self._runtime.settings.media_cache_bytes, self._copies
        async with copies.room:
            if copies.total is None:
                copies.total = await self._count()
            if copies.total + coming > cap:
                while copies.total + coming > cap * SLACK:
                    batch = await self._oldest(self._runtime.env.now() + DAY)
                    if not batch:
                        break  # what is left is still being written
                    await self._throw_away(batch)
            copies.total += coming

    async def drop_unused(self) -> int:
        """Throw away what nobody looked at for ``media_cache_days``; how many files."""
        days, gone = self._runtime.settings.media_cache_days, 0
        while days:
            async with self._copies.room:
                batch = await self._oldest(self._runtime.env.now() - days * DAY)
                if not batch:
                    break
                await self._throw_away(batch)
            gone += len(batch)
        return gone

    async def swept(self, tokens: Sequence[str]) -> None:
        """Files were removed that belong to nothing any more."""
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            await self._runtime.store.write(partial(remote_files.forget, tokens=part))
        if tokens:
            self._copies.total = None

    async def write_uses(self) -> None:
        """What was looked at since the last time."""
        used, self._copies.used = sorted(self._copies.used), set()
        now = self._runtime.env.now()
        for start in range(0, len(used), BATCH):
            part = used[start : start + BATCH]
            await self._runtime.store.write(
                partial(
                    remote_files.used, tokens=part, now=now, unless_after=now - SEEN_AGAIN_AFTER
                )
            )

    async def there(self, item: Media | EmojiPicture, name: str) -> int:
        """Have a copy here for somebody who looks: 200, 404 (its server has it no more, or
        something else in its place), 502 (its server does not answer) or 503 (the place where files
        are kept does not). Asks for it once, however
        many look, and not again for a while after it failed.
        """
        copies, now = self._copies, self._runtime.env.now()
        wanted = self._wanted(item)
        if wanted is None:
            return 200
        try:
            here = await asyncio.to_thread(self._files.find, name) is not None
        except ServiceError as error:
            return error.status
        if here:
            if len(copies.used) < MOST_REMEMBERED:
                copies.used.add(item.token)
            return 200
        until, status = copies.missed.get(item.token, (0, 0))
        if until > now:
            return status
        task = copies.under_way.get(item.token)
        if task is None:
            if len(copies.under_way) >= MOST_WAITING:
                return 502
            task = asyncio.create_task(self._fetch(wanted))
            copies.under_way[item.token] = task
            task.add_done_callback(lambda _: copies.under_way.pop(item.token, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop fetching, and write down what was looked at."""
        tasks = list(self._copies.under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.write_uses()

    def _wanted(self, item: Media | EmojiPicture) -> _Wanted | None:
        if isinstance(item, EmojiPicture):
            url, most, bounds = item.url, emoji.MAX_REMOTE_BYTES, OF_EMOJI
        elif item.offer_id is not None:
            return None
        else:
            url, most = item.remote_url or "", self._runtime.settings.media_max_bytes
            bounds = OF_POSTS
        if not url or item.path is None or self._runtime.is_own(url):
            return None
        return _Wanted(item.token, url, item.path, item.digest, most, bounds)

    async def _fetch(self, wanted: _Wanted) -> int:
        async with self._copies.fetching:
            status = await self._fetched(wanted)
        if status != 200:
            missed = self._copies.missed
            wait = GONE_FOR if status == 404 else AWAY_FOR
            missed[wanted.token] = (self._runtime.env.now() + wait, status)
            if len(missed) > MOST_REMEMBERED:
                missed.popitem(last=False)
        log.info("copy_fetched_again", url=wanted.url, status=status)
        return status

    async def _fetched(self, wanted: _Wanted) -> int:
        runtime = self._runtime
        key = await runtime.keys.instance()
        fetched = await runtime.client.get_media(wanted.url, wanted.most, key=key)
        if fetched.status in (401, 403, 404, 410):
            return 404
        if fetched.status != 200 or fetched.error:
            return 502
        octets = fetched.body
        if wanted.digest is not None and media_digest(octets) != wanted.digest:
            return 404  # what was shown before was something else
        await self.make_room(len(octets))
        status = await decoding.aside(_keep, self._files, wanted, octets, fetched.media_type)
        if status != 200:
            self.give_back(len(octets))
            return status
        await runtime.write(
            lambda tx: self.kept(tx, wanted.token, wanted.url, wanted.path, len(octets))
        )
        return 200

    async def _count(self) -> int:
        total, after = 0, ""
        while found := await self._runtime.store.read(
            partial(remote_files.sizes, after=after, count=5_000)
        ):
            total, after = total + sum(size for _, size in found), found[-1][0]
        return total

    async def _oldest(self, before: int) -> list[RemoteFile]:
        return await self._runtime.store.read(
            partial(remote_files.oldest, before=before, count=BATCH)
        )

    async def _throw_away(self, batch: Sequence[RemoteFile]) -> None:
        # The files first: a row without one is dropped the next time, a file without one never.
        await asyncio.to_thread(self._files.remove, [one.path for one in batch])
        tokens = [one.token for one in batch]
        await self._runtime.store.write(partial(remote_files.forget, tokens=tokens))
        if self._copies.total is not None:
            self._copies.total = max(self._copies.total - sum(one.size for one in batch), 0)
        log.info("copies_thrown_away", files=len(batch))


def _keep(files: FileStore, wanted: _Wanted, octets: bytes, declared: str) -> int:
    try:
        stored = media.store_remote(files, wanted.token, octets, declared, wanted.bounds)
        if stored.path == wanted.path:
            return 200
        files.remove([stored.path])
    except ServiceError as error:
        return 503 if error.status >= 500 else 404
    return 404
