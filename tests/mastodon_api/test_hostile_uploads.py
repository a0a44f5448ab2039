"""What strangers upload to do harm: refused with a reason, and nothing of it stays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from aiohttp import ClientError, FormData

from tests.mastodon_api.conftest import App, Cast
from tests.mastodon_api.test_media import picture
from tests.services.test_decoding import bomb, many_frames, polyglots

MEDIA = "/api/v2/media"
MIB = 1024 * 1024


def form(octets: bytes, name: str = "cat.png", kind: str = "image/png") -> FormData:
    made = FormData(default_to_multipart=True)
    made.add_field("file", octets, filename=name, content_type=kind)
    return made


def kept(cast: Cast) -> list[Path]:
    """All files of the server's folder but its database."""
    folder: Path = cast.world.site.settings.data
    return [one for one in folder.rglob("*") if one.is_file() and "sqlite" not in one.name]


def hostile() -> Iterator[tuple[str, bytes, str]]:
    yield "bomb", bomb(25_000, 25_000)[:190_000], "more pixels"
    yield "frames", many_frames(8_000), "more pixels"
    for name, octets in polyglots().items():
        yield name, octets, "another file as well"
    yield "drawing", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "content type is invalid"
    yield "html", b"<!doctype html><script>alert(1)</script>", "content type is invalid"
    yield "nothing", b"", "can't be blank"


async def test_it_is_refused_with_a_reason(cast: Cast) -> None:
    before = kept(cast)
    for name, octets, said in hostile():
        response = await cast.alices.raw("POST", MEDIA, data=form(octets))
        assert response.status == 422, name
        assert said in (await response.json())["error"], name
        assert kept(cast) == before, name


async def test_a_files_name_leads_nowhere(cast: Cast) -> None:
    names = ["../../../etc/cron.d/x.php", "/etc/passwd", "..\\..\\x.png", ".png", "x" * 900]
    names += ["con.php", "%2e%2e%2fx.svg", "a.html", "-rf", "~/.ssh/authorized_keys", "a%00.png"]
    before, media = set(kept(cast)), cast.world.site.settings.data / "media"
    for name in names:
        response = await cast.alices.raw("POST", MEDIA, data=form(picture(), name))
        assert response.status == 200, name
    new = set(kept(cast)) - before
    assert len(new) == len(names)
    for one in new:
        assert one.parent.parent == media
        assert (one.suffix, len(one.stem)) == (".png", 24)


def peak() -> int:
    """The most memory this process took since ``forget_peak``, in octets."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def endless(size: int) -> AsyncIterator[bytes]:
    """A picture's beginning and then so many octets, none of them kept."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG'
    piece = bytes(65_536)
    for _ in range(size // len(piece)):
        yield piece
    yield b"\r\n--x--\r\n"


async def sent(app: App, size: int, headers: dict[str, str], path: str = MEDIA) -> int:
    """The status, 0 where the server hung up before all was sent."""
    kind = {"Content-Type": "multipart/form-data; boundary=x"} | headers
    try:
        response = await app.raw("POST", path, data=endless(size), headers=kind)
    except ClientError:
        return 0
    assert "larger than" in (await response.json())["error"]
    return response.status


async def test_200_megabytes_are_refused_and_never_in_memory(cast: Cast) -> None:
    before, size = kept(cast), 200 * MIB
    forget_peak()
    began = peak()
    assert await sent(cast.alices, size, {}) in (0, 422)
    declared = {"Content-Length": str(size), "Expect": "100-continue"}
    assert await sent(cast.alices, size, declared) in (0, 413)
    assert peak() - began < 24 * MIB
    assert kept(cast) == before


async def test_many_files_in_one_form_are_no_way_around(cast: Cast) -> None:
    many = FormData(default_to_multipart=True)
    for number in range(4):
        many.add_field(f"f{number}", b"x" * 150_000, filename="x.png")
    response = await cast.alices.raw("POST", MEDIA, data=many)
    assert response.status in (413, 422)
