"""The job that puts everything of somebody's account into one file."""

from __future__ import annotations

import asyncio
import os
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.federation.actor_documents import actor_document
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import archives, documents, exports, own_profile, people_lists
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.file_stores import FileStore, files_of
from storage.engine import Tx
from storage.models import Actor, Media
from storage.queries import archives as stored
from storage.queries import post_media, posts, reacted

AT_ONCE: Final = 100
MOST_FILES: Final = 4 * 1024**3
"""Octets of pictures, films and sounds in one archive; what is more is named and left out."""
SWEPT_AT_ONCE: Final = 10_000
PIECE: Final = 1024 * 1024
STREAMS: Final = "https://www.w3.org/ns/activitystreams"

Pages = AsyncIterator[Sequence[object]]


async def make_archive(context: Context, payload: Mapping[str, Any]) -> None:
    """Make one that was asked for and is still wanted; from the beginning if it was interrupted."""
    runtime, account_id, token = context.runtime, int(payload["account_id"]), str(payload["token"])
    held = await runtime.store.read(lambda tx: stored.of_account(tx, account_id))
    if held is None or held.token != token or held.state != "waiting":
        return
    path = archives.path_of(runtime.settings, token)
    part, size, state = path.with_suffix(".part"), 0, "ready"
    try:
        await asyncio.to_thread(path.parent.mkdir, mode=0o700, exist_ok=True)
        await _Making(context, account_id, part).write()
        await asyncio.to_thread(os.replace, part, path)
        size = (await asyncio.to_thread(path.stat)).st_size
    except OSError as error:  # the disk is full, or is not ours
        log.warning("archive_failed", account=account_id, error=str(error))
        await asyncio.to_thread(part.unlink, missing_ok=True)
        state = "failed"
    until = context.env.now() + archives.LASTS
    await runtime.write(lambda tx: stored.end(tx, token, state=state, size=size, expires_at=until))


async def sweep_archives(context: Context) -> None:
    """Remove the files of archives whose time is over."""
    runtime = context.runtime
    folder = archives.path_of(runtime.settings, "x").parent
    found = await asyncio.to_thread(lambda: list(islice(folder.glob("*.*"), SWEPT_AT_ONCE)))
    if not found:
        return
    tokens = {file.stem for file in found}
    kept = await runtime.store.read(lambda tx: stored.among(tx, tokens))
    for file in found:
        if file.stem not in kept:
            await asyncio.to_thread(file.unlink, missing_ok=True)


class _Making:
    """One archive while it is made."""

    def __init__(self, context: Context, account_id: int, part: Path) -> None:
        self._context = context
        self._me = account_id
        self._part = part
        self._files: dict[str, Media] = {}

    async def write(self) -> None:
        archive = await asyncio.to_thread(
            zipfile.ZipFile, self._part, "w", zipfile.ZIP_DEFLATED, True
        )
        try:
            actor, document, lists = await self._context.runtime.store.read(self._small)
            await self._put(archive, "actor.json", orjson.dumps(document))
            for kind, text in lists.items():
                await self._put(archive, f"{kind}.csv", text.encode())
            await self._collect(archive, "outbox.json", self._outbox(actor))
            await self._collect(archive, "likes.json", self._likes())
            await self._collect(archive, "consents.json", self._consents())
            await self._copy_files(archive)
        finally:
            await asyncio.to_thread(archive.close)

    def _small(self, tx: Tx) -> tuple[Actor, dict[str, Any], dict[str, str]]:
        env, actor = self._context.env, find_actor(tx, self._me)
        for path in (actor.avatar, actor.header):
            item = post_media.media_by_token(tx, own_profile.token_of(path)) if path else None
            if item is not None:
                self._remember([item])
        lists = {kind: people_lists.export(tx, env, self._me, kind) for kind in people_lists.KINDS}
        return actor, actor_document(tx, env, actor), lists

    def _remember(self, items: Sequence[Media]) -> None:
        for item in items:
            if item.path is not None and item.account_id == self._me:
                suffix = documents.SUFFIXES.get(item.media_type, "")
                self._files[f"media/{item.token}{suffix}"] = item

    async def _outbox(self, actor: Actor) -> Pages:
        """What they published, and then what they boosted."""
        store, after = self._context.runtime.store, 0

        def posts_after(tx: Tx) -> tuple[list[object], int]:
            found = stored.posts_of(tx, self._me, after, AT_ONCE)
            self._remember(post_media.media_of(tx, post_ids=[post.id for post in found]))
            notes = [documents.full_note(tx, post) for post in found]
            made: list[object] = [
                {
                    "id": f"{note['id']}#create",
                    "type": "Create",
                    "actor": actor.uri,
                    "published": note.get("published"),
                    "to": note.get("to"),
                    "cc": note.get("cc"),
                    "object": note,
                }
                for note in notes
            ]
            return made, found[-1].sort_id if found else 0

        def boosts_after(tx: Tx) -> tuple[list[object], int]:
            found = stored.boosts_of(tx, self._me, after, AT_ONCE)
            made: list[object] = [
                {"type": "Announce", "actor": actor.uri, "object": uri} for _, uri in found
            ]
            return made, found[-1][0] if found else 0

        for read in (posts_after, boosts_after):
            after = 0
            while True:
                made, after = await store.read(read)
                if not made:
                    break
                yield made

    async def _likes(self) -> Pages:
        store, window = self._context.runtime.store, Window(AT_ONCE)

        def read(tx: Tx) -> tuple[list[object], int]:
            found = reacted.liked(tx, self._me, window)
            held = posts.posts_by_id(tx, [post_id for post_id, _ in found])
            uris: list[object] = [held[one].uri for one, _ in found if one in held]
            return uris, min((place for _, place in found), default=0)

        while True:
            made, before = await store.read(read)
            if not before:
                return
            yield made
            window = Window(AT_ONCE, before)

    async def _consents(self) -> Pages:
        store, before = self._context.runtime.store, None
        while True:
            page = await store.read(lambda tx: exports.export(tx, self._me, before=before))  # noqa: B023
            yield page.consents
            if page.next_before is None:
                return
            before = int(page.next_before)

    async def _collect(self, archive: zipfile.ZipFile, name: str, pages: Pages) -> None:
        """A collection as a file, without ever holding all of it."""
        total = 0
        out = await asyncio.to_thread(archive.open, name, "w", force_zip64=True)
        try:
            head = {"@context": STREAMS, "id": name, "type": "OrderedCollection"}
            await asyncio.to_thread(out.write, orjson.dumps(head)[:-1] + b',"orderedItems":[')
            async for items in pages:
                octets = b",".join(orjson.dumps(item) for item in items)
                if octets:
                    await asyncio.to_thread(out.write, (b"," if total else b"") + octets)
                total += len(items)
            await asyncio.to_thread(out.write, b'],"totalItems":%d}' % total)
        finally:
            await asyncio.to_thread(out.close)

    async def _put(self, archive: zipfile.ZipFile, name: str, octets: bytes) -> None:
        await asyncio.to_thread(archive.writestr, name, octets)

    async def _copy_files(self, archive: zipfile.ZipFile) -> None:
        files, left, room = files_of(self._context.runtime.settings), [], MOST_FILES
        for name, item in self._files.items():
            copied = 0
            if (item.size or 0) <= room:
                copied = await asyncio.to_thread(_copy, archive, files, name, item.path)
            if not copied:
                left.append(name)
            room -= copied
        if left:
            await self._put(archive, "left_out.txt", "\n".join(left).encode())


def _copy(archive: zipfile.ZipFile, files: FileStore, name: str, path: str | None) -> int:
    """Put a file in, as it is; its octets, 0 if it is not there."""
    found = files.find(path)
    if found is None or path is None:
        return 0
    place, size = found
    entry = zipfile.ZipInfo(name)  # pictures and films do not get smaller
    with archive.open(entry, "w", force_zip64=True) as out:
        for start in range(0, size, PIECE):
            out.write(place.piece(path, start, min(PIECE, size - start)))
    return size
