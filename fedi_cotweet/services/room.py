"""What takes how much room, in octets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fedi_cotweet.services.file_stores import Disk, files_of
from fedi_cotweet.services.site import Site
from storage.queries.sizes import Sizes, sizes


@dataclass(frozen=True, slots=True)
class Room:
    """``files`` and ``octets`` are of what lies on the disk beside the database."""

    database: Sizes
    files: int
    octets: int


async def measure(site: Site) -> Room:
    """Read it all: seconds for each gigabyte of SQLite."""
    found = await site.read(sizes)
    files, octets = await asyncio.to_thread(_on_disk, files_of(site.settings).disk)
    return Room(found, files, octets)


def _on_disk(disk: Disk) -> tuple[int, int]:
    found = [
        size
        for folder in disk.folders()
        for name in disk.files(folder)
        if (size := disk.size(name)) is not None
    ]
    return len(found), sum(found)
