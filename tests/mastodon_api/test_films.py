"""Films and sounds through the client API: taken at once, ready later, posted, sent."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from fedi_cotweet.services import documents, films, media, uploads
from fedi_cotweet.services.file_stores import on_disk
from storage.models import Media
from storage.queries import jobs, post_media
from tests.mastodon_api.conftest import App, Cast
from tests.mastodon_api.test_media import picture
from tests.mastodon_api.validating import validate
from tests.services.films_made import film

STATUSES = "/api/v1/statuses"


def a_film() -> bytes:
    return film("mp4", "libx264", "aac")


async def upload(
    app: App, octets: bytes, path: str = "/api/v2/media", thumbnail: bytes | None = None
) -> tuple[int, Any]:
    form = FormData(default_to_multipart=True)
    form.add_field("file", octets, filename="a.mp4", content_type="video/mp4")
    if thumbnail is not None:
        form.add_field("thumbnail", thumbnail, filename="a.png", content_type="image/png")
    response = await app.raw("POST", path, data=form)
    document = await response.json()
    validate("POST", path, response.status, document)
    return response.status, document


async def illustrate(app: App, path: str, thumbnail: bytes) -> tuple[int, Any]:
    form = FormData(default_to_multipart=True)
    form.add_field("thumbnail", thumbnail, filename="a.png", content_type="image/png")
    response = await app.raw("PUT", path, data=form)
    return response.status, await response.json()


async def process(cast: Cast) -> Media:
    """What the worker does with an upload that waits."""
    site = cast.world.site
    now = site.env.now()
    [job] = await site.write(
        lambda tx: jobs.claim(tx, now=now, limit=9, lease_ms=1_000, kinds=["process_film"])
    )
    number = int(job.payload["media_id"])
    item = await site.read(lambda tx: post_media.media(tx, number))
    assert item is not None
    kept = on_disk(site.settings.data)
    changes = uploads.process_film(kept, item, site.settings.video_max_bytes)
    await site.write(lambda tx: uploads.processed(tx, number, changes))
    kept.disk.remove([media.held(item.token)])
    changed = await site.read(lambda tx: post_media.media(tx, number))
    assert changed is not None
    return changed


async def test_a_film_is_taken_at_once_and_ready_later(cast: Cast) -> None:
    status, made = await upload(cast.alices, a_film())
    assert (status, made["url"], made["preview_url"]) == (202, None, None)
    one = f"/api/v1/media/{made['id']}"
    assert (await cast.alices.ask("GET", one, status=206))["url"] is None
    new = {"status": "Look", "media_ids": [made["id"]]}
    assert await cast.alices.refused("POST", STATUSES, new) == 422
    item = await process(cast)
    ready = await cast.alices.ask("GET", one)
    assert (ready["type"], ready["id"]) == ("video", made["id"])
    assert ready["url"].endswith(".mp4")
    assert ready["preview_url"].endswith(".preview.jpg")
    assert ready["blurhash"]
    original = ready["meta"]["original"]
    assert (original["width"], original["height"], ready["meta"]["fps"]) == (64, 48, 10)
    assert original["duration"] == pytest.approx(1, abs=0.1)
    assert original["bitrate"] > 1_000
    post = await cast.alices.ask("POST", STATUSES, new)
    assert post["media_attachments"] == [ready]
    sent = documents.attachment(cast.world.site.env, item)
    assert (sent.kind, sent.media_type, sent.url) == ("Video", "video/mp4", ready["url"])
    files = sorted(path.name for path in (cast.world.site.settings.data / "media").rglob("*.*"))
    assert files == [f"{item.token}.mp4", f"{item.token}.preview.jpg"]


async def test_the_older_way_waits_for_it(cast: Cast) -> None:
    status, made = await upload(cast.alices, film("mp3", None, "libmp3lame"), "/api/v1/media")
    assert (status, made["type"], made["preview_url"]) == (200, "audio", None)
    assert made["url"].endswith(".mp3")
    status, silent = await upload(cast.alices, film("mp4", "libx264"), "/api/v1/media")
    assert (status, silent["type"]) == (200, "gifv")
    _, shown = await upload(cast.alices, picture(), "/api/v1/media")
    both = {"status": "Look", "media_ids": [silent["id"], shown["id"]]}
    assert await cast.alices.refused("POST", STATUSES, both) == 422


async def test_a_picture_of_ones_own_stands_for_a_film_or_a_sound(cast: Cast) -> None:
    alice, folder = cast.alices, cast.world.site.settings.data / "media"
    _, made = await upload(alice, film("mp4", "libx264", "aac"), thumbnail=picture())
    item = await process(cast)
    one = f"/api/v1/media/{made['id']}"
    ready = await alice.ask("GET", one)
    assert ready["url"].endswith(".mp4")
    assert ready["preview_url"].endswith(f"{item.token}.preview.jpg")
    assert item.preview is not None
    first = folder / item.preview
    with Image.open(first) as shown, Image.open(io.BytesIO(picture())) as given:
        assert (shown.format, shown.size) == ("JPEG", given.size)
    status, again = await illustrate(alice, one, picture())
    assert (status, again["preview_url"]) == (200, ready["preview_url"])
    assert (first.exists(), len(list(folder.rglob("*.poster-*.jpg")))) == (False, 1)
    status, refused = await illustrate(alice, one, b"no picture")
    assert (status, "thumbnail" in refused["error"].lower()) == (422, True)
    assert (await illustrate(cast.bobs, one, picture()))[0] == 404
    sound = film("mp3", None, "libmp3lame")
    _, heard = await upload(alice, sound, "/api/v1/media", thumbnail=picture())
    assert heard["preview_url"].endswith(".preview.jpg")
    form = {"status": "Listen", "media_ids": [heard["id"]]}
    posted = (await alice.ask("POST", STATUSES, form))["media_attachments"]
    assert [one["preview_url"] for one in posted] == [heard["preview_url"]]
    assert (await illustrate(alice, f"/api/v1/media/{heard['id']}", picture()))[0] == 404


async def test_an_upload_with_a_thumbnail_that_is_none_is_not_kept(cast: Cast) -> None:
    form = FormData(default_to_multipart=True)
    form.add_field("file", picture(), filename="a.png", content_type="image/png")
    form.add_field("thumbnail", b"unused", filename="b.png", content_type="image/png")
    assert (await cast.alices.raw("POST", "/api/v1/media", data=form)).status == 200
    form = FormData(default_to_multipart=True)
    sound = film("mp3", None, "libmp3lame")
    form.add_field("file", sound, filename="a.mp3", content_type="audio/mpeg")
    form.add_field("thumbnail", b"no picture", filename="b.png", content_type="image/png")
    assert (await cast.alices.raw("POST", "/api/v1/media", data=form)).status == 422


async def test_a_film_that_cannot_be_read_says_so_later(cast: Cast) -> None:
    status, made = await upload(cast.alices, b"\x1a\x45\xdf\xa3" + bytes(400))
    assert status == 202
    assert (await process(cast)).state == "failed"
    one = f"/api/v1/media/{made['id']}"
    assert await cast.alices.refused("GET", one) == 422
    new = {"status": "Look", "media_ids": [made["id"]]}
    assert await cast.alices.refused("POST", STATUSES, new) == 422
    assert (await cast.alices.raw("DELETE", one)).status == 200
    assert not [path for path in cast.world.site.settings.data.rglob("*") if ".upload" in path.name]


async def test_a_server_without_the_extra_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = (await cast.stranger.ask("GET", "/api/v2/instance"))["configuration"]
    limits = taken["media_attachments"]
    assert {"video/mp4", "audio/mpeg", "image/heic"} <= set(limits["supported_mime_types"])
    assert limits["video_size_limit"] == cast.world.site.settings.video_max_bytes
    monkeypatch.setattr(films, "available", lambda: False)
    taken = (await cast.stranger.ask("GET", "/api/v2/instance"))["configuration"]
    limits = taken["media_attachments"]
    assert not any(kind.startswith("video") for kind in limits["supported_mime_types"])
    assert limits["video_size_limit"] == 0
    status, said = await upload(cast.alices, a_film())
    assert status == 422
    assert "takes no films" in said["error"]
    assert not (cast.world.site.settings.data / "media").exists()


async def test_a_film_too_large_is_refused(cast: Cast) -> None:
    object.__setattr__(cast.world.site.settings, "video_max_bytes", 1_500)
    status, said = await upload(cast.alices, a_film())
    assert (status, "too large" in said["error"]) == (422, True)
    assert not (Path(cast.world.site.settings.data) / "media").exists()
