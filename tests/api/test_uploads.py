"""Uploads: pictures only, without what cameras write into them, and never a bomb."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image, PngImagePlugin

from activitypub.coauthorship.projection import media_digest
from activitypub.documents.looks import read_blurhash
from fedi_cotweet.services import pictures
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import on_disk
from fedi_cotweet.services.media import store_remote, store_upload
from storage.queries import post_media
from tests.api.conftest import CONTROL, Api
from tests.sites import World

MEDIA = f"{CONTROL}/media"
SECRET = "Sherlock"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()


def exif(orientation: int = 1) -> bytes:
    """EXIF with a place, a camera's name and an orientation."""
    made = Image.Exif()
    made[0x0110] = SECRET
    made[0x0112] = orientation
    made.get_ifd(0x8825)[1] = "N"
    made.get_ifd(0x8825)[2] = (51.0, 31.0, 25.0)
    return made.tobytes()


def sample(kind: str, *, orientation: int = 1, frames: int = 1) -> bytes:
    """A picture 8 wide and 4 high, red on its left half, full of metadata."""
    shown = []
    for number in range(frames):
        image = Image.new("RGB", (8, 4), (0, 0, 40 * number))
        image.paste((250, 0, 0), (0, 0, 4, 4))
        shown.append(image)
    options: dict[str, Any] = {}
    if frames > 1:
        options |= {"save_all": True, "append_images": shown[1:], "duration": [120, 240], "loop": 0}
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", SECRET)
        options |= {"pnginfo": notes, "exif": exif(orientation)}
    elif kind == "GIF":
        options |= {"comment": SECRET.encode()}
    else:
        options |= {"exif": exif(orientation), "xmp": XMP}
    out = io.BytesIO()
    shown[0].save(out, kind, **options)
    return out.getvalue()


def form(octets: bytes, *, alt: str = "A wall", name: str = "cat.png") -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field("alt", alt)
    made.add_field("file", octets, filename=name, content_type="image/png")
    return made


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than its few octets hold."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4_000_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


STILLS = [(kind, 1) for kind in ("PNG", "JPEG", "GIF", "WEBP", "AVIF")]
ANIMATIONS = [(kind, 2) for kind in ("PNG", "GIF", "WEBP", "AVIF")]


@pytest.mark.parametrize(("kind", "frames"), STILLS + ANIMATIONS)
def test_a_clean_picture_tells_nothing_but_what_it_shows(kind: str, frames: int) -> None:
    original = sample(kind, frames=frames)
    assert SECRET.encode() in original
    clean = pictures.clean_picture(original)
    for trace in (SECRET.encode(), b"Exif", b"xmpmeta", b"eXIf"):
        assert trace not in clean.octets
    assert (clean.picture.width, clean.picture.height) == (8, 4)
    with Image.open(io.BytesIO(clean.octets)) as image:
        assert pictures.MEDIA_TYPES[image.format or ""] == clean.picture.media_type
        assert not image.getexif()
        assert getattr(image, "n_frames", 1) == frames
        assert_colour(image.convert("RGB"), (1, 1), red=True)
        assert_colour(image.convert("RGB"), (7, 1), red=False)
        durations = []
        for number in range(frames if frames > 1 else 0):
            image.seek(number)
            image.load()
            durations.append(image.info["duration"])
        assert durations == [120, 240][: len(durations)]


def assert_colour(image: Image.Image, at: tuple[int, int], *, red: bool) -> None:
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    assert (pixel[0] > 150) is red


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_taken_sideways_stands_upright_afterwards(kind: str) -> None:
    clean = pictures.clean_picture(sample(kind, orientation=6))
    assert (clean.picture.width, clean.picture.height) == (4, 8)
    with Image.open(io.BytesIO(clean.octets)) as image:
        assert image.size == (4, 8)
        assert_colour(image.convert("RGB"), (1, 1), red=True)
        assert_colour(image.convert("RGB"), (1, 6), red=False)
    assert pictures.read_picture(sample(kind, orientation=6)).width == 4


def test_transparency_survives() -> None:
    for mode in ("RGBA", "P"):
        out = io.BytesIO()
        made = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
        made.paste((250, 0, 0, 255), (0, 0, 2, 4))
        if mode == "P":
            made.quantize().save(out, "PNG")
        else:
            made.save(out, "PNG")
        with Image.open(io.BytesIO(pictures.clean_picture(out.getvalue()).octets)) as image:
            shown = image.convert("RGBA")
            assert [shown.getpixel((x, 1)) for x in (0, 3)] == [(250, 0, 0, 255), (0, 0, 0, 0)]


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"BM" + b"\0" * 60,
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        b"\xff\xd8\xff\xe0" + b"\0" * 40,
    ],
)
def test_what_is_no_picture_is_refused_however_it_is_called(octets: bytes, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="not_a_picture"):
        store_remote(on_disk(tmp_path), "token", octets, "image/png")
    with pytest.raises(ServiceError, match="not_a_picture"):
        store_upload(on_disk(tmp_path), "token", octets, 10_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_a_picture_cut_short_is_refused(kind: str) -> None:
    image = Image.effect_noise((64, 64), 90).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind)
    for use in (pictures.clean_picture, pictures.read_picture):
        with pytest.raises(ServiceError, match="not_a_picture"):
            use(out.getvalue()[: len(out.getvalue()) // 2])


@pytest.mark.parametrize("size", [(20_000, 20_000), (8_000, 8_000), (20_000, 2), (2, 65_535)])
def test_a_bomb_is_refused_by_what_its_header_says(size: tuple[int, int]) -> None:
    for use in (pictures.clean_picture, pictures.read_picture):
        with pytest.raises(ServiceError, match="picture_too_large"):
            use(bomb(*size))


def test_an_animation_counts_with_all_its_frames() -> None:
    bounds = pictures.Bounds(animation=8 * 4 * 2 - 1)
    for kind in ("GIF", "PNG", "WEBP"):
        with pytest.raises(ServiceError, match="picture_too_large"):
            pictures.clean_picture(sample(kind, frames=2), bounds)


def test_a_remote_picture_is_kept_octet_for_octet(tmp_path: Path) -> None:
    octets = sample("JPEG")
    stored = store_remote(on_disk(tmp_path), "Zx-token", octets, "image/png; q=1")
    assert stored.media_type == "image/jpeg"
    assert stored.path == "Zx/Zx-token.jpg"
    assert stored.digest == media_digest(octets)
    assert (stored.width, stored.height, stored.size) == (8, 4, len(octets))
    path = on_disk(tmp_path).disk.path(stored.path)
    assert path is not None
    assert path.read_bytes() == octets
    assert [found.name for found in path.parent.iterdir()] == ["Zx-token.jpg"]


def test_a_remote_file_that_was_promised_as_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="not_a_picture"):
        store_remote(on_disk(tmp_path), "token", sample("PNG"), "text/html")


@pytest.mark.parametrize("token", ["../x", "a/b", "", "a" * 70, "a.b.c"])
def test_a_token_cannot_lead_elsewhere(tmp_path: Path, token: str) -> None:
    with pytest.raises(ValueError, match="safe as a file name"):
        store_remote(on_disk(tmp_path), token, sample("PNG"), "image/png")


@pytest.mark.parametrize("stored", [None, "../x", "/etc/passwd", "ab/../../x"])
def test_a_stored_path_cannot_lead_out_of_the_folder(tmp_path: Path, stored: str | None) -> None:
    assert on_disk(tmp_path).find(stored) is None


async def test_an_upload_becomes_a_row_and_a_file_and_part_of_a_post(
    api: Api, world: World
) -> None:
    response = await api.raw("POST", MEDIA, data=form(sample("PNG")))
    made = await response.json()
    assert response.status == 201, made
    assert made["url"].startswith("http://a.example/media/")
    row = await world.site.read(lambda tx: post_media.media(tx, int(made["id"])))
    assert row is not None
    path = on_disk(world.site.settings.data).disk.path(row.path or "")
    assert path is not None
    octets = path.read_bytes()
    assert SECRET.encode() not in octets
    assert row.digest == made["digest"] == media_digest(octets)
    assert (row.size, row.state, row.alt) == (len(octets), "stored", "A wall")
    body = {"text": "Look", "media": [made["id"]]}
    stolen = await api.refused("POST", f"{CONTROL}/posts", body, account="bob")
    assert stolen == (422, "no_such_media")
    post = await api.ask("POST", f"{CONTROL}/posts", body, status=201)
    assert [item["alt"] for item in post["media"]] == ["A wall"]


async def test_an_upload_has_its_colours_and_the_point_that_stays_in_sight(
    api: Api,
) -> None:
    wanted = form(sample("JPEG"))
    wanted.add_field("focus", " -0.5, .25 ")
    made = await (await api.raw("POST", MEDIA, data=wanted)).json()
    assert made["focal"] == [-0.5, 0.25]
    assert read_blurhash(made["blurhash"]) == made["blurhash"]
    body = {"text": "Look", "media": [made["id"]]}
    [shown] = (await api.ask("POST", f"{CONTROL}/posts", body, status=201))["media"]
    assert (shown["focal"], shown["blurhash"]) == (made["focal"], made["blurhash"])
    assert shown["id"] == made["id"]


@pytest.mark.parametrize("focus", ["1.5,0", "0", "0,0,0", "x,y", "nan,0", "1e-1,0", "٠,0", ","])
async def test_a_point_outside_the_picture_is_refused(api: Api, focus: str) -> None:
    wanted = form(sample("PNG"))
    wanted.add_field("focus", focus)
    assert await _refused(api, data=wanted) == (422, "bad_focus")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_mode_have_a_blurhash(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    for size in ((40, 3), (3, 40), (1, 1)):
        out = io.BytesIO()
        Image.new(mode, size).save(out, kind)
        clean = pictures.clean_picture(out.getvalue())
        assert read_blurhash(clean.blurhash) == clean.blurhash


async def _refused(api: Api, **options: Any) -> tuple[int, str]:
    response = await api.raw("POST", MEDIA, **options)
    return response.status, (await response.json())["error"]


async def test_uploads_that_cannot_be_used_leave_nothing_behind(api: Api, world: World) -> None:
    assert await _refused(api, data=form(b"<html>")) == (422, "not_a_picture")
    assert await _refused(api, data=form(bomb(30_000, 30_000))) == (422, "picture_too_large")
    assert await _refused(api, data=form(b"x" * 200_001)) == (413, "file_too_large")
    assert await _refused(api, data=form(sample("PNG"), alt="x" * 1_501)) == (422, "bad_alt")
    assert await _refused(api, data=form(sample("PNG"), alt="x" * 9_000)) == (413, "file_too_large")
    assert await _refused(api, json={}) == (400, "bad_form")
    only_alt = aiohttp.FormData({"alt": "x"}, default_to_multipart=True)
    assert await _refused(api, data=only_alt) == (400, "bad_form")
    other = aiohttp.FormData({"picture": "x"}, default_to_multipart=True)
    assert await _refused(api, data=other) == (400, "bad_form")
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert await _refused(api, data=b"--y\r\n\r\n", headers=broken) == (400, "bad_form")
    assert not (world.site.settings.data / "media").exists()
