"""What takes how much room."""

from __future__ import annotations

import asyncio

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services.file_stores import Disk, files_of
from storage.queries.sizes import sizes


async def show(call: Call) -> web.Response:
    """Of the database, its tables, the files on the disk, and copies of others' files wherever they
    are; in octets."""
    found = await call.site.read(sizes)
    files, octets = await asyncio.to_thread(_measure, files_of(call.site.settings).disk)
    copies, copied = found.copies
    return answer(
        {
            "database": {"octets": found.whole, "free": found.free},
            "media": {"files": files, "octets": octets},
            "copies": {"files": copies, "octets": copied},
            "tables": [{"name": name, "octets": taken} for name, taken in found.tables],
        }
    )


def _measure(disk: Disk) -> tuple[int, int]:
    found = [
        size
        for folder in disk.folders()
        for name in disk.files(folder)
        if (size := disk.size(name)) is not None
    ]
    return len(found), sum(found)
