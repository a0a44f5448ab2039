"""Files of pictures: uploads made clean, copies of remote ones left as they are.

A file is where files are kept, whole and durable, before any row names it; where that place does
not answer, nothing is promised (``file_store_unavailable``, 503). Everything here blocks: call it
in a thread.
"""

from __future__ import annotations

import io
import re
import secrets
import tempfile
from dataclasses import dataclass, replace
from typing import BinaryIO

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import decoding
from fedi_cotweet.services.decoding import check_size
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import FileStore
from fedi_cotweet.services.films import Film
from fedi_cotweet.services.pictures import OF_POSTS, Bounds, Picture

PREVIEW = ".preview.jpg"
"""The end of the name of a film's picture."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{4,64}\Z")
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream"})


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is kept. ``path`` is its name there, ``digest`` that of its octets
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
    files: FileStore, token: str, octets: bytes, declared_type: str, bounds: Bounds = OF_POSTS
) -> StoredFile:
    """Keep a picture of another server exactly as it came, so that its digest holds.

    What it is, its content says; ``declared_type`` may be vague or name another kind of picture,
    as many servers do, but nothing that is no picture. Raises ``ServiceError`` as
    ``decoding.read``.
    """
    declared = declared_type.partition(";")[0].strip().lower()
    if declared not in _VAGUE and not declared.startswith("image/"):
        raise ServiceError(
            "not_a_picture",
            422,
            say("A file of type {declared} is no picture.", declared=declared[:60]),
        )
    picture = decoding.read(octets, bounds)
    return _store(files, token, io.BytesIO(octets), picture)


def store_upload(
    files: FileStore,
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
    with tempfile.TemporaryFile(dir=files.data) as made:
        clean = decoding.clean(source, made, bounds, max_bytes)
        made.seek(0)
        stored = _store(files, token, made, clean.picture)
    return replace(stored, blurhash=clean.blurhash)


def store_film(files: FileStore, token: str, source: BinaryIO, max_bytes: int) -> StoredFile:
    """Keep a film or sound somebody here uploaded: copied without any metadata, a film with a
    picture of it.

    Raises ``ServiceError`` as ``decoding.remake``.
    """
    with (
        tempfile.TemporaryFile(dir=files.data) as made,
        tempfile.TemporaryFile(dir=files.data) as shown,
    ):
        film = decoding.remake(source, made, shown, max_bytes)
        preview = None
        if film.width is not None:
            preview = _name(token, PREVIEW)
            shown.seek(0)
            files.write(preview, shown, "image/jpeg")
        made.seek(0)
        stored = _name(token, SUFFIXES[film.media_type])
        written = files.write(stored, made, film.media_type)
    return StoredFile(
        media_type=film.media_type,
        size=written.size,
        width=film.width,
        height=film.height,
        path=stored,
        digest=written.digest,
        blurhash=film.blurhash,
        film=film,
        preview=preview,
    )


def store_poster(
    files: FileStore, token: str, source: BinaryIO, max_bytes: int
) -> tuple[str, str | None]:
    """Keep a picture that stands for a film or sound; its name and its blurhash.

    Raises ``ServiceError`` as ``decoding.clean``.
    """
    with tempfile.TemporaryFile(dir=files.data) as made:
        clean = decoding.poster(source, made, max_bytes)
        made.seek(0)
        # No name is ever given twice: readers may keep what they found under one.
        name = _name(token, f".poster-{secrets.token_hex(4)}.jpg")
        files.write(name, made, clean.picture.media_type)
    return name, clean.blurhash


def hold(files: FileStore, token: str, source: BinaryIO) -> None:
    """Keep an upload as it came on the disk, until it is made anew: nobody can ask for it."""
    source.seek(0)
    files.disk.write(held(token), source, "")


def held(token: str) -> str:
    """Where such an upload is. A crash leaves it to the next sweep, as what was never finished."""
    return f"{token[:2]}/.{token}.upload"


def token_of(name: str) -> str:
    """The token in a file's name, ``""`` of one that was never finished."""
    return name.rpartition("/")[2].partition(".")[0]


def _store(files: FileStore, token: str, source: BinaryIO, picture: Picture) -> StoredFile:
    stored = _name(token, SUFFIXES[picture.media_type])
    written = files.write(stored, source, picture.media_type)
    return StoredFile(
        media_type=picture.media_type,
        size=written.size,
        width=picture.width,
        height=picture.height,
        path=stored,
        digest=written.digest,
    )


def _name(token: str, suffix: str) -> str:
    if not TOKEN.match(token):
        raise ValueError("a media token must be safe as a file name")
    return f"{token[:2]}/{token}{suffix}"
