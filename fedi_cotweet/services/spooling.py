"""Uploads on their way in: on the disk, never whole in memory, and under no name."""

from __future__ import annotations

import asyncio
import os
import tempfile
import weakref
from pathlib import Path
from typing import BinaryIO, Final

AT_ONCE: Final = 1024 * 1024
"""Octets that wait in memory."""


class Spool:
    """A file of so many octets as came. Nothing of it is left once this is gone, not even by a
    crash: no folder names it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = 0
        self._waiting = bytearray()
        # Not __del__: of a refusal whose traceback holds this in a cycle, the file may go first.
        weakref.finalize(self, file.close)

    @classmethod
    async def begin(cls, folder: Path) -> Spool:
        """An empty one on the disk of ``folder``."""
        return cls(await asyncio.to_thread(tempfile.TemporaryFile, dir=folder))

    async def add(self, chunk: bytes) -> None:
        """Put octets at its end."""
        self.size += len(chunk)
        self._waiting += chunk
        if len(self._waiting) >= AT_ONCE:
            await self.finish()

    async def finish(self) -> None:
        """Have all of it in the file."""
        waiting, self._waiting = self._waiting, bytearray()
        await asyncio.to_thread(self._write, waiting)

    async def head(self, length: int) -> bytes:
        """Its first octets, once all of it is in the file."""
        return await asyncio.to_thread(os.pread, self.file.fileno(), length, 0)

    def _write(self, waiting: bytearray) -> None:
        self.file.write(waiting)
        self.file.flush()
