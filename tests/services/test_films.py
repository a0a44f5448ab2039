"""Films and sounds: copied into a container of ours, and nothing else of the file is kept."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from activitypub.documents.looks import read_blurhash
from fedi_cotweet.services import films
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import on_disk
from fedi_cotweet.services.media import StoredFile, store_film
from tests.services.films_made import SECRET, film
from tests.services.test_decoding import saved

MOST = 10_000_000


def stored(octets: bytes, folder: Path, most: int = MOST) -> StoredFile:
    with tempfile.TemporaryFile() as file:
        file.write(octets)
        file.flush()
        return store_film(on_disk(folder), "token", file, most)


@pytest.mark.parametrize(
    ("container", "video", "sound", "media_type"),
    [
        ("mp4", "libx264", "aac", "video/mp4"),
        ("mov", "libx264", None, "video/mp4"),
        ("matroska", "libx264", "aac", "video/mp4"),
        ("webm", "libvpx", "libopus", "video/webm"),
        ("mp4", None, "aac", "audio/mp4"),
        ("mp3", None, "libmp3lame", "audio/mpeg"),
        ("ogg", None, "libopus", "audio/ogg"),
        ("webm", None, "libopus", "audio/ogg"),
        ("flac", None, "flac", "audio/flac"),
        ("wav", None, "pcm_s16le", "audio/wav"),
    ],
)
def test_it_is_copied_without_what_it_tells(
    container: str, video: str | None, sound: str | None, media_type: str, tmp_path: Path
) -> None:
    original = film(container, video, sound)
    assert SECRET.encode() in original
    kept = stored(original, tmp_path)
    assert kept.film is not None
    assert kept.media_type == media_type
    octets = (tmp_path / "media" / kept.path).read_bytes()
    for told in (SECRET.encode(), b"+51.5"):
        assert told not in octets
    assert kept.film.silent is (sound is None)
    assert 950 <= kept.film.duration <= 1_080
    assert kept.film.bit_rate == pytest.approx(len(octets) * 8_000 / kept.film.duration, rel=0.01)
    made: Any
    with av.open(io.BytesIO(octets)) as made:
        assert (len(made.streams.video), len(made.streams.audio)) == (bool(video), bool(sound))
        assert sum(1 for _ in made.decode()) > 9
    if video is None:
        assert (kept.width, kept.height, kept.preview, kept.blurhash) == (None,) * 4
        return
    assert kept.film.frame_rate == pytest.approx(10, abs=0.6)
    assert read_blurhash(kept.blurhash) == kept.blurhash
    assert kept.preview == "to/token.preview.jpg"
    with Image.open(tmp_path / "media" / kept.preview) as shown:
        pixel = shown.getpixel((5, 5))
        assert (shown.format, shown.size) == ("JPEG", (64, 48))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200 > 60 > pixel[1]


def test_a_film_taken_sideways_has_the_size_that_is_seen(tmp_path: Path) -> None:
    kept = stored(film("mp4", "libx264", turned=90), tmp_path)
    assert (kept.width, kept.height) == (48, 64)
    made: Any
    with av.open(tmp_path / "media" / kept.path) as made:
        assert abs(next(made.decode(video=0)).rotation) == 90


PLAYLIST = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (PLAYLIST, "not_a_film"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not_a_film"),
        (b"\x00\x00\x00\x18ftypmp42" + PLAYLIST, "not_a_film"),
        (b"\x1a\x45\xdf\xa3" + bytes(400), "not_a_film"),
        (b"ID3\x04" + bytes(400), "not_a_film"),
        (lambda: film("mp4", "libx264")[:600], "not_a_film"),
        (lambda: film("mp4", "mpeg4"), "film_not_playable"),
        (lambda: film("mp4", "libx264", frames=30, per_second=240), "film_too_large"),
        (lambda: film("webm", "libvpx", size=(4096, 2176), frames=1), "film_too_large"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_others_are_refused_and_leave_nothing(
    given: bytes | Callable[[], bytes], code: str, tmp_path: Path
) -> None:
    octets = given() if callable(given) else given
    with pytest.raises(ServiceError) as caught:
        stored(octets, tmp_path)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_no_films() -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "AVIF"):
        assert films.sort_of(saved(kind)[: films.HEAD]) is None
    assert films.sort_of((Path(__file__).parent / "sample.heic").read_bytes()[:12]) is None
    assert films.sort_of(b"") is None
