"""Pictures are decoded in a process that can be lost: it has bounds, and is ended beyond them."""

from __future__ import annotations

import io
import os
import resource
import struct
import tempfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from fedi_cotweet.services import decoding
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import on_disk
from fedi_cotweet.services.media import store_upload
from fedi_cotweet.services.pictures import OF_POSTS, Bounds
from fedi_cotweet.services.polyglots import hides_a_file

HEIC = Path(__file__).parent / "sample.heic"
"""40 by 20, the left half red; plain colours, encoded by libheif."""


def saved(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 0).save(out, kind)
    return out.getvalue()


def decoder() -> int:
    """The id of the process that forks the others."""
    process = decoding._nursery._process
    assert process is not None
    return process.pid


def refused(octets: bytes, tmp_path: Path, bounds: Bounds = OF_POSTS) -> str:
    with pytest.raises(ServiceError) as caught:
        store_upload(on_disk(tmp_path), "token", octets, 16 * 1024 * 1024, bounds)
    assert list(tmp_path.iterdir()) == []
    return caught.value.code


def bomb(width: int, height: int) -> bytes:
    """A real picture, all black: a thousandth of the octets that it takes in memory."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    packer = zlib.compressobj(9)
    rows = bytes(width // 8 + 2)
    packed = b"".join(packer.compress(rows) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def many_frames(count: int) -> bytes:
    """A GIF of so many frames, each some octets."""
    frame = b"!\xf9\x04\x00\x01\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00"
    head = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    return head + frame * count + b";"


def test_bombs_are_refused(tmp_path: Path) -> None:
    assert refused(bomb(25_000, 25_000), tmp_path) == "picture_too_large"
    assert refused(many_frames(10_000), tmp_path) == "picture_too_large"


def polyglots() -> dict[str, bytes]:
    archive = b"PK\x05\x06" + bytes(16) + b"\x02\x00hi"
    script = bytearray(saved("GIF"))
    script[6:10] = b"/*" + b"\x01\x00"
    return {
        "archive": saved("JPEG") + b"PK\x03\x04..." + archive,
        "page": saved("PNG") + b"<script >alert(1)</script>",
        "script": bytes(script) + b"*/=1;alert(1)",
        "document": saved("GIF")[:-1] + b"!\xfe\x08%PDF-1.7\x00;",
        "server page": saved("JPEG") + b"<?php system($_GET['x']); ?>",
        "rar": saved("WEBP") + b"Rar!\x1a\x07\x00",
    }


@pytest.mark.parametrize("name", sorted(polyglots()))
def test_files_that_are_two_things_are_refused(name: str, tmp_path: Path) -> None:
    assert hides_a_file(polyglots()[name])
    assert refused(polyglots()[name], tmp_path) == "hides_a_file"


def test_what_merely_follows_a_picture_is_left_out(tmp_path: Path) -> None:
    motion = saved("JPEG") + b"\x00\x00\x00\x18ftypmp42" + b"a film" * 100
    stored = store_upload(on_disk(tmp_path), "token", motion, 10_000)
    assert b"film" not in (tmp_path / "media" / stored.path).read_bytes()
    assert not hides_a_file(saved("PNG") + b"PK\x05\x06" + bytes(16) + b"\xff\xff")


@pytest.mark.parametrize(
    "octets",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b"\x7fELF",
        saved("BMP"),
        saved("TIFF"),
        b"%!PS\n(/etc/passwd) run",
        b"push graphic-context\nimage over 0,0 0,0 'https://a.example/'",
        saved("PNG")[:40],
    ],
)
def test_other_files_are_no_pictures(octets: bytes, tmp_path: Path) -> None:
    assert refused(octets, tmp_path) == "not_a_picture"


def test_a_phones_picture_becomes_one_that_browsers_show(tmp_path: Path) -> None:
    stored = store_upload(on_disk(tmp_path), "token", HEIC.read_bytes(), 100_000)
    assert (stored.media_type, stored.width, stored.height) == ("image/jpeg", 40, 20)
    with Image.open(tmp_path / "media" / stored.path) as image:
        left, right = image.getpixel((4, 10)), image.getpixel((35, 10))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200 > 60 > right[0]


def test_what_is_made_may_not_be_larger_than_an_upload(tmp_path: Path) -> None:
    with tempfile.TemporaryFile() as noise:
        Image.effect_noise((200, 200), 90).save(noise, "PNG")
        noise.flush()
        with pytest.raises(ServiceError, match="file_too_large"):
            store_upload(on_disk(tmp_path), "token", noise, 1_000)
    assert list(tmp_path.iterdir()) == []


def test_a_lost_decoder_is_begun_anew() -> None:
    assert decoding.read(saved("PNG"), OF_POSTS).width == 40
    first = decoder()
    os.kill(first, 9)
    assert decoding.read(saved("PNG"), OF_POSTS).height == 20
    assert decoder() != first


def test_decoders_know_nothing_of_the_server() -> None:
    decoding.read(saved("PNG"), OF_POSTS)
    assert Path(f"/proc/{decoder()}/environ").read_bytes() == b""
    held = {os.readlink(f"/proc/{decoder()}/fd/{one}") for one in _open_files(decoder())}
    assert not any("sqlite" in one or "/tests" in one for one in held)


def _open_files(process: int) -> list[str]:
    return os.listdir(f"/proc/{process}/fd")


def worked(change: str, tmp_path: Path) -> str:
    """What becomes of a file whose decoder does this. The child is one of its own."""
    nursery = decoding._Nursery()
    start = decoding._START.replace(
        "serve(",
        f"from fedi_cotweet.services import decoding_child as c, pictures\n{change}\nserve(",
    )
    held, started = decoding._nursery, decoding._START
    decoding._nursery, decoding._START = nursery, start  # type: ignore[misc]
    try:
        return refused(saved("PNG"), tmp_path)
    finally:
        decoding._nursery, decoding._START = held, started  # type: ignore[misc]
        nursery.close()


@pytest.mark.parametrize(
    "does",
    [
        "pictures.clean_picture = lambda *_: bytearray(2 * c.MEMORY)",
        "c.CPU_S = 1\ndef spin(*_):\n    while True: pass\npictures.clean_picture = spin",
        "import time\nc.WALL_S = 0.2\npictures.clean_picture = lambda *_: time.sleep(60)",
        "import os, signal\npictures.clean_picture = lambda *_: os.kill(os.getpid(), 11)",
        'c.json.dumps = lambda _: \'{"media_type": "text/html"}\'',
        'c.json.dumps = lambda _: \'{"media_type": "image/png", "width": -1}\'',
        "c.json.dumps = lambda _: 'x' * 5_000",
    ],
    ids=["memory", "work", "waiting", "crash", "another type", "another size", "nonsense"],
)
def test_a_decoder_that_a_file_took_over_only_costs_its_file(does: str, tmp_path: Path) -> None:
    assert worked(does, tmp_path) == "file_too_demanding"


def test_a_decoder_writes_no_more_than_it_may(tmp_path: Path) -> None:
    does = "pictures.clean_picture = lambda *_: [os.write(5, bytes(1 << 20)) for _ in range(99)]"
    assert worked(f"import os\n{does}", tmp_path) in ("file_too_demanding", "not_a_picture")


def test_the_server_holds_nothing_of_what_is_decoded() -> None:
    """40 million pixels take 40 MB, where they are decoded."""
    octets = bomb(8_000, 5_000)
    before = _peak()
    with tempfile.TemporaryFile() as made:
        decoding.clean(octets, made, OF_POSTS, 16 * 1024 * 1024)
    assert _peak() - before < 20_000


def _peak() -> int:
    """KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
