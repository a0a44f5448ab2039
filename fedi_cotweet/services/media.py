"""Files of pictures: uploads made clean, copies of remote ones left as they are.

A file is on the disk, whole, before any row names it. Everything here blocks: call it in a thread.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from activitypub.coauthorship.projection import multibase_of
from fedi_cotweet.services import decoding
from fedi_cotweet.services.decoding import check_size
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.films import Film
from fedi_cotweet.services.pictures import OF_POSTS, Bounds, Picture

FOLDER = "media"
PIECE = 1024 * 1024
PREVIEW = ".preview.jpg"
"""The end of the name of a film's picture."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{4,64}\Z")
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream"})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on our disk. ``path`` is relative to the media folder, ``digest`` that of its octets
    in the form of ``digestMultibase``; ``size`` in octets. ``blurhash``: of uploads. Sounds have
    neither width nor height. ``preview``: as ``path``, of a film.
    """

    media_type: str
    size: int
    width: int | None
    height: int | None
    path: str
    digest: str
    blurhash: str | None = None
    film: Film | None = None
    preview: str | None = None


def store_remote(
    data_dir: Path, token: str, octets: bytes, declared_type: str, bounds: Bounds = OF_POSTS
) -> StoredFile:
    """Keep a picture of another server exactly as it came, so that its digest holds.

    What it is, its content says; ``declared_type`` may be vague or name another kind of picture,
    as many servers do, but nothing that is no picture. Raises ``ServiceError`` as
    ``decoding.read``.
    """
    declared = declared_type.partition(";")[0].strip().lower()
    if declared not in _VAGUE and not declared.startswith("image/"):
        raise ServiceError("not_a_picture", 422, f"A file of type {declared[:60]} is no picture.")
    picture = decoding.read(octets, bounds)
    return _store(data_dir, token, io.BytesIO(octets), picture)


def store_upload(
    data_dir: Path,
    token: str,
    source: bytes | BinaryIO,
    max_bytes: int,
    bounds: Bounds = OF_POSTS,
) -> StoredFile:
    """Keep a picture somebody here uploaded: upright, made anew, without any metadata.

    Raises ``ServiceError`` as ``decoding.clean``.
    """
    if isinstance(source, bytes):
        check_size(len(source), max_bytes)
    with tempfile.TemporaryFile(dir=data_dir) as made:
        clean = decoding.clean(source, made, bounds, max_bytes)
        made.seek(0)
        stored = _store(data_dir, token, made, clean.picture)
    return replace(stored, blurhash=clean.blurhash)


def store_film(data_dir: Path, token: str, source: BinaryIO, max_bytes: int) -> StoredFile:
    """Keep a film or sound somebody here uploaded: copied without any metadata, a film with a
    picture of it.

    Raises ``ServiceError`` as ``decoding.remake``.
    """
    with (
        tempfile.TemporaryFile(dir=data_dir) as made,
        tempfile.TemporaryFile(dir=data_dir) as shown,
    ):
        film = decoding.remake(source, made, shown, max_bytes)
        preview = None
        if film.width is not None:
            preview = _name(token, PREVIEW)
            shown.seek(0)
            _write(data_dir / FOLDER / preview, shown)
        made.seek(0)
        stored = _name(token, SUFFIXES[film.media_type])
        size, digest = _write(data_dir / FOLDER / stored, made)
    return StoredFile(
        media_type=film.media_type,
        size=size,
        width=film.width,
        height=film.height,
        path=stored,
        digest=digest,
        blurhash=film.blurhash,
        film=film,
        preview=preview,
    )


def hold(data_dir: Path, token: str, source: BinaryIO) -> None:
    """Keep an upload as it came, until it is made anew: nobody can ask for it."""
    source.seek(0)
    _write(held(data_dir, token), source)


def held(data_dir: Path, token: str) -> Path:
    """Where such an upload is. A crash leaves it to the next sweep, as what was never finished."""
    return data_dir / FOLDER / token[:2] / f".{token}.upload"


def locate(data_dir: Path, stored: str | None) -> Path | None:
    """Where a stored path is; None when it does not lead into the media folder."""
    folder = (data_dir / FOLDER).absolute()
    if stored is None or ".." in Path(stored).parts or Path(stored).is_absolute():
        return None
    return folder / stored


def folders(data_dir: Path) -> list[Path]:
    """Where files are."""
    root = data_dir / FOLDER
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def old_files(folder: Path, before: int) -> list[Path]:
    """The files of a folder that were written before a time in ms; none that goes meanwhile."""
    found = []
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime * 1000 < before:
                found.append(path)
    return found


def token_of(file: Path) -> str:
    """The token in a file's name, ``""`` of one that was never finished."""
    return file.name.partition(".")[0]


def remove_files(wanted: Iterable[Path]) -> None:
    """Take them off the disk; it is no error if they are not there."""
    for path in wanted:
        path.unlink(missing_ok=True)


def _store(data_dir: Path, token: str, source: BinaryIO, picture: Picture) -> StoredFile:
    stored = _name(token, SUFFIXES[picture.media_type])
    size, digest = _write(data_dir / FOLDER / stored, source)
    return StoredFile(
        media_type=picture.media_type,
        size=size,
        width=picture.width,
        height=picture.height,
        path=stored,
        digest=digest,
    )


def _name(token: str, suffix: str) -> str:
    if not TOKEN.match(token):
        raise ValueError("a media token must be safe as a file name")
    return f"{token[:2]}/{token}{suffix}"


def _write(target: Path, source: BinaryIO) -> tuple[int, str]:
    """All or nothing, and on the disk when this returns: its size and its digest."""
    size, digest = 0, sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            while piece := source.read(PIECE):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
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
    return size, multibase_of(digest.digest())
