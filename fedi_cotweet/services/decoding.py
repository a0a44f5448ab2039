"""Files of strangers, decoded in a process of their own that may waste neither memory nor time.

Stops what hostile files do to decoders: memory and time without end, and code of theirs within the
server. ``decoding_child`` is the other end. Everything here blocks, but for ``aside``.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, BinaryIO, Final, Literal, ParamSpec, TypeVar

import msgspec

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.decoding_child import MAX_MESSAGE, WALL_S
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.films import (
    KEPT,
    Film,
    film_not_playable,
    film_too_large,
    not_a_film,
)
from fedi_cotweet.services.pictures import (
    MEDIA_TYPES,
    OF_POSTS,
    Bounds,
    Picture,
    hidden_file,
    not_a_picture,
    too_large,
)

P = ParamSpec("P")
R = TypeVar("R")

AT_ONCE: Final = 2
"""Files decoded at the same time, whoever asks: times the child's ``MEMORY`` is the most of all."""
_START: Final = (
    "import sys, socket; sys.path[:] = sys.argv[2:]\n"
    "from fedi_cotweet.services.decoding_child import serve\n"
    "serve(socket.socket(fileno=int(sys.argv[1])))"
)
_CHILDREN: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="decoding")

Size = Annotated[int, msgspec.Meta(gt=0, le=65_535)]


class _Answer(msgspec.Struct):
    """What a child says; believed no further than this, as a file may have made it say it."""

    media_type: str = ""
    width: Size | None = None
    height: Size | None = None
    duration: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    bit_rate: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    frame_rate: Annotated[float, msgspec.Meta(ge=0, le=1_000)] | None = None
    silent: bool = False
    blurhash: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    size: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture that can be shown. ``blurhash``: only of one made anew."""

    picture: Picture
    blurhash: str | None


async def aside(work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Call what decodes without holding up the event loop, ``AT_ONCE`` at the same time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_CHILDREN, partial(work, *args, **kwargs))


def read(source: bytes | BinaryIO, bounds: Bounds) -> Picture:
    """What a picture is, found by decoding it whole. Raises ``ServiceError``: ``not_a_picture``,
    ``picture_too_large``, ``hides_a_file``, ``file_too_demanding`` (422).
    """
    with _opened(source) as file:
        return _ask_of_picture("read", file, file, bounds, 0).picture


def clean(source: bytes | BinaryIO, target: BinaryIO, bounds: Bounds, most: int) -> Decoded:
    """Make a picture anew into the empty file ``target``, at most ``most`` octets.

    Raises as ``read``, and ``file_too_large`` (413).
    """
    with _opened(source) as file:
        return _ask_of_picture("clean", file, target, bounds, most)


def poster(source: bytes | BinaryIO, target: BinaryIO, most: int) -> Decoded:
    """Make a small JPEG of a picture into the empty file ``target``. Raises as ``clean``."""
    with _opened(source) as file:
        return _ask_of_picture("poster", file, target, OF_POSTS, most)


def remake(source: bytes | BinaryIO, target: BinaryIO, preview: BinaryIO, most: int) -> Film:
    """Copy a film or sound into the empty file ``target``, at most ``most`` octets, without what
    tells of places and devices; a film's first picture into ``preview``.

    Raises ``ServiceError``: ``not_a_film``, ``film_too_large``, ``film_not_playable``,
    ``file_too_demanding`` (422).
    """
    with _opened(source) as file:
        answer = _ask("film", (file, target, preview), OF_POSTS, most)
    if answer.media_type not in KEPT:
        raise _too_demanding()
    return Film(
        media_type=answer.media_type,
        width=answer.width,
        height=answer.height,
        duration=answer.duration,
        bit_rate=answer.bit_rate,
        frame_rate=answer.frame_rate,
        silent=answer.silent,
        blurhash=answer.blurhash,
    )


def check_size(size: int, max_bytes: int) -> None:
    """Refuse what is larger than the operator allows."""
    if size > max_bytes:
        raise ServiceError(
            "file_too_large",
            413,
            "This file is too large.",
            say("Use one of at most {size} MiB.", size=round(max_bytes / 1024 / 1024, 1)),
        )


def _ask_of_picture(
    work: Literal["read", "clean", "poster"],
    source: BinaryIO,
    target: BinaryIO,
    bounds: Bounds,
    most: int,
) -> Decoded:
    answer = _ask(work, (source, target, target), bounds, most)
    if answer.size is not None:
        check_size(max(answer.size, most + 1), most)
    if answer.media_type not in MEDIA_TYPES.values() or not answer.width or not answer.height:
        raise _too_demanding()
    return Decoded(Picture(answer.media_type, answer.width, answer.height), answer.blurhash)


def _ask(
    work: Literal["read", "clean", "poster", "film"],
    files: tuple[BinaryIO, BinaryIO, BinaryIO],
    bounds: Bounds,
    most: int,
) -> _Answer:
    message = json.dumps({"work": work, "bounds": asdict(bounds), "most": most}).encode()
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            _nursery.send(message, [theirs.fileno(), *(file.fileno() for file in files)])
        ours.settimeout(WALL_S + 5)
        try:
            said = b"".join(iter(lambda: ours.recv(MAX_MESSAGE), b""))
            answer = msgspec.json.decode(said, type=_Answer)
        except (OSError, msgspec.MsgspecError):
            raise _too_demanding() from None  # it was ended, or is not itself any more
    if answer.error is not None:
        raise _refusal(answer.error, bounds)
    return answer


@contextmanager
def _opened(source: bytes | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(source, bytes):
        yield source
        return
    with tempfile.TemporaryFile() as file:
        file.write(source)
        file.flush()
        yield file


class _Nursery:
    """The process that forks the children; begun when first needed, and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def send(self, message: bytes, files: list[int]) -> None:
        """Have a child work on these files: its answers go to the first."""
        with self._lock:
            for attempt in (1, 2):
                channel = self._channel or self._begin()
                try:
                    socket.send_fds(channel, [message], files)
                    if channel.recv(1):
                        return
                except OSError:
                    if attempt == 2:
                        raise
                self._end()
        raise OSError("the process that decodes files does not start")

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._end()

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own code
                [sys.executable, "-I", "-c", _START, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={},
            )
        ours.settimeout(WALL_S)
        self._channel = ours
        return ours

    def _end(self) -> None:
        channel, process, self._channel, self._process = self._channel, self._process, None, None
        if channel is not None:
            channel.close()
        if process is not None:
            try:
                process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


_nursery: Final = _Nursery()
atexit.register(_nursery.close)


def _refusal(code: str, bounds: Bounds) -> ServiceError:
    match code:
        case "not_a_picture":
            return not_a_picture()
        case "picture_too_large":
            return too_large(bounds)
        case "hides_a_file":
            return hidden_file()
        case "not_a_film":
            return not_a_film()
        case "film_too_large":
            return film_too_large()
        case "film_not_playable":
            return film_not_playable()
    return _too_demanding()


def _too_demanding() -> ServiceError:
    return ServiceError(
        "file_too_demanding",
        422,
        "This file takes more memory or time to read than one file may.",
        "Use a smaller one, or save it anew with another program.",
    )
