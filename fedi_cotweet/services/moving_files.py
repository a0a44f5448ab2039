"""Files move between the disk and a bucket, while a server serves them.

A file is copied, read back, and only then removed where it was: at every moment it is whole in at
least one of the places in which servers look. Begun anew, it goes on where it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO, Final

from activitypub.coauthorship.projection import multibase_of
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.file_stores import FileStore, Place
from fedi_cotweet.services.media import token_of

PIECE: Final = 8 * 1024 * 1024
_TYPES: Final = {suffix: kind for kind, suffix in SUFFIXES.items()}


@dataclass(slots=True)
class Moved:
    """What became of the files. ``damaged``: names of those that are not what was uploaded, left
    where they are."""

    files: int = 0
    octets: int = 0
    there_already: int = 0
    damaged: list[str] = field(default_factory=list)


def move(
    files: FileStore,
    to: str,
    digest_of: Callable[[str], str | None],
    told: Callable[[Moved], None] = lambda _: None,
) -> Moved:
    """Move all files ``to`` ``disk`` or ``s3``. ``digest_of`` knows what a file by its name should
    be, None where nothing is known; ``told`` hears of each. It blocks.

    Raises ``file_store_unavailable`` (503), and ``OSError`` where the disk is full.
    """
    if files.bucket is None:
        raise ValueError("there is no bucket to move files to or from")
    moved = Moved()
    source: Place = files.bucket if to == "disk" else files.disk
    target: Place = files.disk if to == "disk" else files.bucket
    for name in _names(source):
        with tempfile.TemporaryFile(dir=files.data) as copy:
            try:
                size, digest = _read(source, name, copy)
            except FileNotFoundError:
                continue  # thrown away meanwhile
            wanted = digest_of(name)
            if wanted is not None and wanted != digest:
                moved.damaged.append(name)
                continue
            if _is(target, name, size, digest):
                moved.there_already += 1
            else:
                copy.seek(0)
                target.write(name, copy, _type_of(name))
                if not _is(target, name, size, digest):
                    moved.damaged.append(name)
                    continue
                moved.files += 1
                moved.octets += size
        source.remove([name])
        told(moved)
    return moved


def _names(place: Place) -> Iterator[str]:
    for folder in place.folders():
        # What is unfinished has no token, and stays on the disk.
        yield from (name for name in place.files(folder) if token_of(name))


def _type_of(name: str) -> str:
    return _TYPES.get("." + name.rpartition(".")[2], "application/octet-stream")


def _is(place: Place, name: str, size: int, digest: str) -> bool:
    return place.size(name) == size and _read(place, name, None) == (size, digest)


def _read(place: Place, name: str, copy: BinaryIO | None) -> tuple[int, str]:
    size, found, digest = place.size(name), 0, sha256()
    if size is None:
        raise FileNotFoundError(name)
    while found < size and (piece := place.piece(name, found, min(PIECE, size - found))):
        digest.update(piece)
        found += len(piece)
        if copy is not None:
            copy.write(piece)
    return found, multibase_of(digest.digest())
