"""Forms with files: texts by their names, files on the disk without a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import BodyPartReader, web

from fedi_cotweet.services.decoding import check_size
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.spooling import Spool

MOST_PARTS: Final = 64
MOST_TEXT: Final = 256 * 1024
"""Octets of all texts of a form together."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form held: fields that were left empty too, but no files that were not chosen."""

    texts: Mapping[str, str]
    files: Mapping[str, Spool]

    def close(self) -> None:
        """Nobody reads the files any more."""
        for spool in self.files.values():
            spool.file.close()


async def read_sent(request: web.Request, folder: Path, most_file: int, most_files: int) -> Sent:
    """A ``multipart/form-data``. Raises ``bad_form`` (400, 415), ``file_too_large`` (413)."""
    most = most_file * most_files + MOST_TEXT
    if request.content_length is not None and request.content_length > most:
        check_size(request.content_length, most)  # before it is read
    if request.content_type != "multipart/form-data":
        raise ServiceError("bad_form", 415, "This is not a form of this server")
    texts: dict[str, str] = {}
    files: dict[str, Spool] = {}
    left = MOST_TEXT
    try:
        reader = await request.multipart()
        for _ in range(MOST_PARTS):
            part = await reader.next()
            if part is None:
                return Sent(texts, files)
            if not isinstance(part, BodyPartReader) or not part.name:
                break
            if part.filename is None:
                octets = await _text(part, left)
                left -= len(octets)
                texts[part.name] = octets.decode().replace("\r\n", "\n").replace("\0", "")
            elif len(files) < most_files:
                spool = await _file(part, folder, most_file)
                if spool.size:
                    files[part.name] = spool
    except (ValueError, AssertionError) as error:  # how aiohttp's reader reports bad framing
        raise _unreadable() from error
    raise _unreadable()


def _unreadable() -> ServiceError:
    return ServiceError("bad_form", 400, "This form cannot be read")


async def _text(part: BodyPartReader, most: int) -> bytes:
    octets = bytearray()
    while chunk := await part.read_chunk():
        octets += part.decode(chunk)
        check_size(len(octets), most)
    return bytes(octets)


async def _file(part: BodyPartReader, folder: Path, most: int) -> Spool:
    spool = await Spool.begin(folder)
    while chunk := await part.read_chunk(64 * 1024):
        await spool.add(chunk)
        check_size(spool.size, most)
    await spool.finish()
    return spool
