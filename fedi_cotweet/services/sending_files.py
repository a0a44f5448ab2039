"""Stored files over HTTP, with ranges, wherever they are.

Those in a bucket go through this server too: who may see one is decided here each time, pages
ask no other server for anything, and addresses that others keep stay the same wherever files are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import Disk, FileStore, Place

PIECE: Final = 4 * 1024 * 1024
"""How much of one is in memory for each reader."""


async def send(
    request: web.Request, files: FileStore, name: str, headers: Mapping[str, str]
) -> web.StreamResponse:
    """A file as it is stored. Raises ``HTTPNotFound``, and answers 503 where its place is silent.

    ``headers`` name its type and how long it may be kept.
    """
    if files.on_disk_only:
        return web.FileResponse(_path(files.disk, name), headers=headers)
    try:
        found = await asyncio.to_thread(files.find, name)
    except ServiceError as error:
        return _silent(error)
    if found is None:
        raise web.HTTPNotFound
    place, size = found
    if isinstance(place, Disk):
        return web.FileResponse(_path(place, name), headers=headers)
    return await _streamed(request, place, name, size, headers)


def _path(disk: Disk, name: str) -> str:
    try:
        return str(disk.path(name))
    except FileNotFoundError:
        raise web.HTTPNotFound from None


async def _streamed(
    request: web.Request, place: Place, name: str, size: int, headers: Mapping[str, str]
) -> web.StreamResponse:
    # What is under a name never changes, so the name is enough.
    tag = f'"{name.rpartition("/")[2]}"'
    given = {**headers, "ETag": tag, "Accept-Ranges": "bytes"}
    if tag in request.headers.get("If-None-Match", ""):
        given.pop("Content-Type")
        return web.Response(status=304, headers=given)
    start, end, status = 0, size, 200
    if request.headers.get("If-Range", tag) == tag:
        try:
            start, end = _wanted(request, size)
        except ValueError:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        if request.http_range != slice(None, None, 1):
            status = 206
            given["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response = web.StreamResponse(status=status, headers=given)
    response.content_length = end - start
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    try:
        piece = await _piece(place, name, start, end)
    except FileNotFoundError:
        raise web.HTTPNotFound from None
    except ServiceError as error:
        return _silent(error)
    await response.prepare(request)
    while piece:
        await response.write(piece)
        start += len(piece)
        try:
            piece = await _piece(place, name, start, end)
        except (FileNotFoundError, ServiceError) as error:
            # Nothing but the end of the connection tells a reader that this is not all.
            raise ConnectionResetError(f"{name} broke off") from error
    await response.write_eof()
    return response


async def _piece(place: Place, name: str, start: int, end: int) -> bytes:
    return await asyncio.to_thread(place.piece, name, start, min(PIECE, end - start))


def _wanted(request: web.Request, size: int) -> tuple[int, int]:
    """The octets a reader wants. ``ValueError``: there are none such."""
    wanted = request.http_range
    start, end, _ = wanted.indices(size)
    if wanted != slice(None, None, 1) and (start >= size or start >= end):
        raise ValueError("nothing is there")
    return start, end


def _silent(error: ServiceError) -> web.Response:
    headers = {"Cache-Control": "no-store", "Retry-After": "60"}
    return web.Response(status=error.status, text=error.safe, headers=headers)
