"""Pictures through the client API: uploaded, described, posted, thrown away."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from tests.mastodon_api.conftest import App, Cast
from tests.mastodon_api.validating import validate

STATUSES = "/api/v1/statuses"


def picture(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 30, 30)).save(out, kind)
    return out.getvalue()


async def upload(app: App, octets: bytes, path: str = "/api/v2/media", **texts: str) -> Any:
    form = FormData(default_to_multipart=True)
    form.add_field("file", octets, filename="tea.png", content_type="image/png")
    for name, text in texts.items():
        form.add_field(name, text)
    response = await app.raw("POST", path, data=form)
    document = await response.json()
    validate("POST", path, response.status, document)
    return response.status, document


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media"])
async def test_a_picture_is_uploaded_described_and_posted(cast: Cast, path: str) -> None:
    status, made = await upload(
        cast.alices, picture(), path, description="A red pot", focus="0.5,-0.25"
    )
    assert status == 200
    assert (made["type"], made["description"]) == ("image", "A red pot")
    assert made["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    assert made["meta"]["original"]["width"] == 40
    assert made["blurhash"]
    one = f"/api/v1/media/{made['id']}"
    changed = await cast.alices.ask("PUT", one, {"description": "A pot", "focus": "0,0"})
    assert (changed["description"], changed["meta"]["focus"]) == ("A pot", {"x": 0, "y": 0})
    assert await cast.alices.ask("GET", one) == changed
    post = await cast.alices.ask("POST", STATUSES, {"status": "Tea", "media_ids": [made["id"]]})
    assert post["media_attachments"][0]["id"] == made["id"]
    assert post["media_attachments"][0]["description"] == "A pot"
    assert await cast.alices.refused("GET", one) == 404
    assert await cast.alices.refused("DELETE", one) == 422


async def test_an_upload_is_thrown_away(cast: Cast) -> None:
    _, made = await upload(cast.alices, picture("JPEG"))
    one = f"/api/v1/media/{made['id']}"
    response = await cast.alices.raw("DELETE", one)
    assert (response.status, await response.json()) == (200, {})
    assert await cast.alices.refused("GET", one) == 404


async def test_what_cannot_be_taken_says_why(cast: Cast) -> None:
    status, said = await upload(cast.alices, b"no picture")
    assert status == 422
    assert said["error"] == ("Validation failed: File content type is invalid, File is invalid")
    status, said = await upload(cast.alices, picture(), description="x" * 1501)
    assert (status, "too long" in said["error"]) == (422, True)
    status, _ = await upload(cast.alices, picture(), focus="here")
    assert status == 422
    status, said = await upload(cast.alices, b"x" * 300_000)
    assert status == 422
    assert await cast.alices.refused("POST", "/api/v2/media", {"file": "x"}) == 422


async def test_uploads_are_ones_own(cast: Cast) -> None:
    _, made = await upload(cast.alices, picture())
    one = f"/api/v1/media/{made['id']}"
    reader = await cast.apps.of(cast.alice, "read")
    for method in ("GET", "PUT", "DELETE"):
        assert await cast.bobs.refused(method, one) == 404
        assert await reader.refused(method, one) == 403
        assert await cast.stranger.refused(method, one) == 401
    assert (await upload(reader, picture()))[0] == 403
    assert (await upload(cast.stranger, picture()))[0] == 401
