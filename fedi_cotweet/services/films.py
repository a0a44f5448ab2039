"""Films and sounds as octets: what they are by their content, and copies that tell nothing else.

Nothing is encoded anew: pictures and sound are copied into a container of our own, and whatever
else a file held (places, devices, titles, covers, further tracks) stays behind. Runs in the
processes of ``decoding`` only. Stops playlists, which make a decoder read files and addresses of
their choice, as no container but those of ``sort_of`` is ever opened.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.pictures import POSTER_SIDE, blurhash_of

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS: Final = 8_294_400
"""Of one frame: 3840 by 2160."""
MAX_RATE: Final = 120
MAX_SECONDS: Final = 3 * 3_600
MAX_PACKETS: Final = 4_000_000
MOST_WAITING: Final = 32
"""Pictures decoded before the first that is shown."""
HEAD: Final = 12
"""Octets that tell one container from another."""

_STILLS: Final = frozenset({b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"})
_MP4_SOUND: Final = frozenset({"aac", "mp3", "opus", "flac", "alac"})
_WEBM_SOUND: Final = frozenset({"opus", "vorbis"})
_SOUNDS: Final = {
    "aac": ("mp4", "audio/mp4"),
    "mp3": ("mp3", "audio/mpeg"),
    "opus": ("ogg", "audio/ogg"),
    "vorbis": ("ogg", "audio/ogg"),
    "flac": ("flac", "audio/flac"),
    "pcm_s16le": ("wav", "audio/wav"),
}
TYPES: Final = (
    "video/mp4",
    "video/webm",
    "video/quicktime",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/flac",
    "audio/wav",
    "audio/webm",
)
"""Media types of what is taken."""
KEPT: Final = frozenset({"video/mp4", "video/webm"} | {kind for _, kind in _SOUNDS.values()})
"""Media types of what becomes of it."""


@dataclass(frozen=True, slots=True)
class Film:
    """A verified film or sound. ``duration`` in ms, ``bit_rate`` in bits a second, ``frame_rate``
    in frames a second; ``silent``: pictures without sound. Sounds have no size and no frames.
    """

    media_type: str
    width: int | None
    height: int | None
    duration: int
    bit_rate: int
    frame_rate: float | None
    silent: bool
    blurhash: str | None = None


def available() -> bool:
    """Whether this server can read films and sounds: the extra ``video`` is installed."""
    return importlib.util.find_spec("av") is not None


def _pyav() -> Any:
    return importlib.import_module("av")  # only where it is needed: it takes 100 MiB


def sort_of(head: bytes) -> str | None:
    """The container that a file's first octets announce, None: none that is taken."""
    if head[4:8] == b"ftyp":
        return None if head[8:12] in _STILLS else "mov"
    if head[:4] == b"RIFF":
        return "wav" if head[8:12] == b"WAVE" else None
    for beginning, sort in (
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"OggS", "ogg"),
        (b"fLaC", "flac"),
        (b"ID3", "mp3"),
    ):
        if head.startswith(beginning):
            return sort
    # MPEG audio without tags: eleven bits set, then a layer that exists.
    return "mp3" if len(head) > 1 and head[0] == 0xFF and head[1] >= 0xE2 else None


def remake(source: BinaryIO, target: int, preview: int) -> Film:
    """Copy a film or sound into the empty file ``target``, and a film's first picture as a JPEG
    into ``preview``. Both are descriptors. Raises ``ServiceError``: ``not_a_film``,
    ``film_too_large``, ``film_not_playable``.
    """
    av = _pyav()
    sort = sort_of(source.read(HEAD))
    source.seek(0)
    if sort is None:
        raise not_a_film()
    try:
        with av.open(source, format=sort, metadata_errors="ignore") as given:
            return _copied(given, target, preview)
    except (ServiceError, MemoryError):
        raise
    except Exception as error:  # demuxers of hostile files raise whatever they like
        raise not_a_film() from error


def _copied(given: Any, target: int, preview: int) -> Film:
    # A cover is a film of one picture, and no film.
    pictures = [s for s in given.streams.video if "attached_pic" not in (s.disposition.name or "")]
    video = next(iter(pictures), None)
    sound = next(iter(given.streams.audio), None)
    container, media_type = _container(_coding(video), _coding(sound))
    size, colours = (None, None) if video is None else _first_picture(given, video, preview)
    seconds, packets = _remux(given, [s for s in (video, sound) if s], container, target)
    octets = os.fstat(target).st_size
    rate = packets / seconds if video is not None and seconds > 0 else None
    if seconds > MAX_SECONDS or (rate or 0) > MAX_RATE:
        raise film_too_large()
    return Film(
        media_type=media_type,
        width=size and size[0],
        height=size and size[1],
        duration=round(seconds * 1000),
        bit_rate=round(octets * 8 / seconds) if seconds > 0 else 0,
        frame_rate=None if rate is None else round(rate, 3),
        silent=sound is None,
        blurhash=colours,
    )


def _coding(stream: Any) -> str | None:
    return None if stream is None else str(stream.codec_context.codec.canonical_name)


def _container(video: str | None, sound: str | None) -> tuple[str, str]:
    if video is None:
        if sound in _SOUNDS:
            return _SOUNDS[sound]
    elif video in ("vp8", "vp9", "av1") and (sound is None or sound in _WEBM_SOUND):
        return "webm", "video/webm"
    elif video in ("h264", "av1") and (sound is None or sound in _MP4_SOUND):
        return "mp4", "video/mp4"
    raise film_not_playable()


def _first_picture(given: Any, video: Any, preview: int) -> tuple[tuple[int, int], str]:
    context = video.codec_context
    if context.width * context.height > MAX_PIXELS:
        raise film_too_large()
    context.thread_count = 1
    frame = next(given.decode(video))
    if frame.width * frame.height > MAX_PIXELS:
        raise film_too_large()
    image: Image.Image = frame.to_image()
    if frame.rotation:
        image = image.rotate(frame.rotation, expand=True)
    size = image.size
    image.thumbnail((POSTER_SIDE, POSTER_SIDE))
    with os.fdopen(preview, "wb") as file:
        image.save(file, "JPEG", quality=80)
    return size, blurhash_of(image)


def _remux(given: Any, streams: list[Any], container: str, target: int) -> tuple[float, int]:
    """Copy; how many seconds there are, and packets of the first stream."""
    av = _pyav()
    options = {"movflags": "faststart"} if container == "mp4" else {}
    if container == "mp3":
        options = {"id3v2_version": "0", "write_id3v1": "0"}
    given.seek(0)
    end, packets, every = Fraction(0), 0, 0
    with av.open(f"/dev/fd/{target}", "w", format=container, options=options) as made:
        # Neither the program's name nor the time.
        made.flags = int(made.flags) | av.container.Flags.bitexact.value
        new = {old.index: made.add_stream_from_template(old) for old in streams}
        for stream in new.values():
            stream.metadata.clear()
        for packet in _in_time(given.demux(streams)):
            every += 1
            packets += packet.stream_index == streams[0].index
            last = ((packet.pts or packet.dts) + (packet.duration or 0)) * packet.time_base
            end = max(end, last)
            if end > MAX_SECONDS or every > MAX_PACKETS:
                raise film_too_large()
            packet.stream = new[packet.stream_index]
            made.mux(packet)
    start = Fraction(given.start_time or 0, 1_000_000)
    return float(max(end - start, Fraction(0))), packets


def _in_time(packets: Iterable[Any]) -> Iterator[Any]:
    """Packets with a time to decode each: Matroska leaves it out of those before a first picture
    that stands before others, and MP4 must have it."""
    waiting: dict[int, list[Any]] = {}
    for packet in packets:
        if packet.size == 0:
            continue
        before = waiting.setdefault(packet.stream_index, [])
        if packet.dts is None:
            before.append(packet)
            if len(before) > MOST_WAITING:
                raise not_a_film()
            continue
        for place, early in enumerate(before):
            early.dts = packet.dts - (len(before) - place) * (packet.duration or 1)
            yield early
        before.clear()
        yield packet


def not_a_film() -> ServiceError:
    """``not_a_film`` (422)."""
    return ServiceError(
        "not_a_film",
        422,
        "This file is neither film nor sound that can be read here.",
        "Use MP4, MOV, WebM, MP3, M4A, Ogg, FLAC or WAV.",
    )


def film_too_large() -> ServiceError:
    """``film_too_large`` (422)."""
    return ServiceError(
        "film_too_large",
        422,
        "This film is too large.",
        say(
            "At most {pixels} pixels, {rate} frames a second, {hours} hours.",
            pixels=MAX_PIXELS,
            rate=MAX_RATE,
            hours=MAX_SECONDS // 3600,
        ),
    )


def film_not_playable() -> ServiceError:
    """``film_not_playable`` (422)."""
    return ServiceError(
        "film_not_playable",
        422,
        "Not everybody's browser plays this film or sound, because of its codec.",
        "Save it as MP4 with H.264 and AAC, or as WebM; sound as MP3, AAC, Opus or FLAC.",
    )
