"""Where files are kept: on the disk, or in a bucket of an S3-compatible store.

Names are relative, such as ``ab/abcdef.png``, and never given twice: what is under a name never
changes. Where both places are known, new files go to the first, and a file is looked for in the
first and then in the second, so that they can be moved while a server runs. Everything here blocks:
call it in a thread. What a place cannot do now is ``file_store_unavailable`` (503).
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from activitypub.coauthorship.projection import multibase_of
from fedi_cotweet.services.s3_files import Bucket, Credentials
from fedi_cotweet.settings import Settings
from fedi_cotweet.settings_errors import SettingValueError

FOLDER: Final = "media"
PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """``size`` in octets, ``digest`` as in ``digestMultibase``."""

    size: int
    digest: str


class Place(Protocol):
    """One of the two kinds."""

    def write(self, name: str, source: BinaryIO, media_type: str) -> None:
        """All or nothing, and durable when this returns."""

    def size(self, name: str) -> int | None:
        """In octets; None: it is not there."""

    def piece(self, name: str, start: int, length: int) -> bytes:
        """A part of a file. ``FileNotFoundError``."""

    def remove(self, names: Sequence[str]) -> None:
        """It is no error if they are not there."""

    def folders(self) -> list[str]:
        """Where files are."""

    def files(self, folder: str, before: int | None = None) -> list[str]:
        """Names in a folder, of those only that were written before a time in ms."""


class Disk:
    """A folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """Where a file is. ``FileNotFoundError`` where a name leads out of the folder."""
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise FileNotFoundError(name)
        return self.root.absolute() / name

    def write(self, name: str, source: BinaryIO, media_type: str) -> None:
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with unfinished.open("xb") as file:
                while piece := source.read(PIECE):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def size(self, name: str) -> int | None:
        with contextlib.suppress(OSError):
            path = self.path(name)
            return path.stat().st_size if path.is_file() else None
        return None

    def piece(self, name: str, start: int, length: int) -> bytes:
        with self.path(name).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def remove(self, names: Sequence[str]) -> None:
        for name in names:
            self.path(name).unlink(missing_ok=True)

    def folders(self) -> list[str]:
        if not self.root.is_dir():
            return []
        return sorted(path.name for path in self.root.iterdir() if path.is_dir())

    def files(self, folder: str, before: int | None = None) -> list[str]:
        found = []
        for path in self.path(folder).iterdir():
            with contextlib.suppress(FileNotFoundError):  # one that goes meanwhile
                if path.is_file() and (before is None or path.stat().st_mtime * 1000 < before):
                    found.append(f"{folder}/{path.name}")
        return sorted(found)


class FileStore:
    """The files of one server. ``data``: where what is unfinished may be, on the disk."""

    def __init__(self, data: Path, *, bucket: Bucket | None = None, in_bucket: bool = False):
        self.data = data
        self.disk = Disk(data / FOLDER)
        self.bucket = bucket
        places: list[Place] = [self.disk]
        if bucket is not None:
            places.insert(0 if in_bucket else 1, bucket)
        self._places = tuple(places)

    @property
    def on_disk_only(self) -> bool:
        """Whether there is no other place to look in."""
        return len(self._places) == 1

    def write(self, name: str, source: BinaryIO, media_type: str) -> Written:
        """Keep what ``source`` has from where it stands, durably."""
        start, size, digest = source.tell(), 0, sha256()
        while piece := source.read(PIECE):
            digest.update(piece)
            size += len(piece)
        source.seek(start)
        self._places[0].write(name, source, media_type)
        return Written(size, multibase_of(digest.digest()))

    def find(self, name: str | None) -> tuple[Place, int] | None:
        """Where a file is, and its size; None: nowhere."""
        if name is None:
            return None
        # The first place once more: it may just have been moved there.
        looked_in = self._places if self.on_disk_only else (*self._places, self._places[0])
        for place in looked_in:
            size = place.size(name)
            if size is not None:
                return place, size
        return None

    def read(self, name: str | None) -> bytes | None:
        """A whole file; None: it is not there."""
        found = self.find(name)
        if found is None or name is None:
            return None
        return found[0].piece(name, 0, found[1])

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, wherever they are; it is no error if they are not there."""
        wanted = list(names)
        for place in self._places:
            place.remove(wanted)

    def folders(self) -> list[str]:
        """Where files are."""
        return sorted({folder for place in self._places for folder in place.folders()})

    def old_files(self, folder: str, before: int) -> list[str]:
        """The files of a folder that were written before a time in ms."""
        found: set[str] = set()
        for place in self._places:
            with contextlib.suppress(FileNotFoundError):
                found.update(place.files(folder, before))
        return sorted(found)


def on_disk(data: Path) -> FileStore:
    """The files of a data folder, whatever the settings say."""
    return FileStore(data)


@lru_cache(maxsize=16)
def files_of(settings: Settings) -> FileStore:
    """The files of a server with these settings. Raises ``SettingsError`` where the file of the
    secret cannot be read."""
    if not settings.s3_bucket:
        return on_disk(settings.data)
    secret = settings.s3_secret_key
    if settings.s3_secret_key_file is not None:
        secret = _secret(settings.s3_secret_key_file)
    keys = Credentials(settings.s3_access_key, secret)
    bucket = Bucket(settings.s3_bucket, settings.s3_endpoint, settings.s3_region, keys)
    return FileStore(settings.data, bucket=bucket, in_bucket=settings.media_store == "s3")


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingValueError(
            f"s3_secret_key_file names {path}, which cannot be read: {error}.",
            "Give the path of a file with the secret in it.",
        ) from None
