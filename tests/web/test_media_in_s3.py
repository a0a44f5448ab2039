"""Pictures in a bucket over HTTP: as from the disk; nothing is lost while the store is away."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from typer.testing import CliRunner

from fedi_cotweet.cli.main import app as cli
from fedi_cotweet.services import moving_files, s3_files, sending_files, uploads
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import files_of, on_disk
from fedi_cotweet.services.spooling import Spool
from fedi_cotweet.settings import Settings
from fedi_cotweet.web.headers import file_headers
from storage.models import Media
from tests.api.test_uploads import sample
from tests.s3 import BUCKET, Shop, shop
from tests.sites import World

OCTETS = bytes(range(256)) * 40
NAME = "ab/abcd.png"

Client = TestClient[web.Request, web.Application]


@pytest.fixture(scope="module")
def bucket() -> Iterator[Shop]:
    with shop() as made:
        yield made


@pytest.fixture
async def client(
    bucket: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    monkeypatch.setattr(s3_files, "RETRIES", 0)
    monkeypatch.setattr(sending_files, "PIECE", 1_000)
    settings = bucket.settings(Settings(data=tmp_path))
    files = files_of(settings)
    await asyncio.to_thread(files.write, NAME, io.BytesIO(OCTETS), "image/png")

    async def serve(request: web.Request) -> web.StreamResponse:
        headers = file_headers("image/png", everybody=True)
        return await sending_files.send(request, files, request.match_info["name"], headers)

    app = web.Application()
    app.router.add_get("/{name:.+}", serve)
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_a_file_of_a_bucket_is_served_whole_and_in_parts(client: Client) -> None:
    whole = await client.get(f"/{NAME}")
    assert (whole.status, await whole.read()) == (200, OCTETS)
    assert (whole.content_type, whole.content_length) == ("image/png", len(OCTETS))
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    for wanted, start, end in (
        ("bytes=2-5", 2, 6),
        ("bytes=-7", len(OCTETS) - 7, len(OCTETS)),
        ("bytes=3000-", 3_000, len(OCTETS)),
        ("bytes=9-99999999", 9, len(OCTETS)),
    ):
        part = await client.get(f"/{NAME}", headers={"Range": wanted})
        assert (part.status, await part.read()) == (206, OCTETS[start:end]), wanted
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(OCTETS)}"
    for wrong in (f"bytes={len(OCTETS)}-", "bytes=x-y"):
        beyond = await client.get(f"/{NAME}", headers={"Range": wrong})
        assert beyond.status == 416, wrong
    tag = whole.headers["ETag"]
    assert (await client.get(f"/{NAME}", headers={"If-None-Match": tag})).status == 304
    other = {"Range": "bytes=2-5", "If-Range": '"another"'}
    assert (await client.get(f"/{NAME}", headers=other)).status == 200
    head = await client.head(f"/{NAME}")
    assert (head.status, head.content_length) == (200, len(OCTETS))
    assert (await client.get("/ab/none.png")).status == 404


async def test_readers_are_told_that_a_store_is_silent(client: Client, bucket: Shop) -> None:
    await asyncio.to_thread(bucket.stop)
    try:
        silent = await client.get(f"/{NAME}")
        assert (silent.status, silent.headers["Retry-After"]) == (503, "60")
        assert silent.headers["Cache-Control"] == "no-store"
        assert "does not answer" in await silent.text()
    finally:
        await asyncio.to_thread(bucket.start)
    assert (await client.get(f"/{NAME}")).status == 200


async def test_nothing_is_acknowledged_while_the_store_is_away(
    world: World, bucket: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_files, "RETRIES", 0)
    site = replace(world.site, settings=bucket.settings(world.site.settings))
    alice = await world.account("dora")

    async def upload() -> Media:
        spool = await Spool.begin(site.settings.data)
        await spool.add(sample("PNG"))
        await spool.finish()
        return await uploads.keep(site, alice, spool)

    await asyncio.to_thread(bucket.stop)
    try:
        with pytest.raises(ServiceError) as refused:
            await upload()
        assert (refused.value.code, refused.value.status) == ("file_store_unavailable", 503)
        on_disk(site.settings.data).write(NAME, io.BytesIO(OCTETS), "")
        with pytest.raises(ServiceError, match="file_store_unavailable"):
            moving_files.move(files_of(site.settings), "s3", lambda _: None)
        assert on_disk(site.settings.data).read(NAME) == OCTETS
    finally:
        await asyncio.to_thread(bucket.start)
    kept = await upload()
    assert kept.path in bucket.names()


async def test_the_command_moves_files_and_says_what_is_wrong_with_them(
    world: World, bucket: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await world.account("dora")
    good, bad = await world.picture(alice), await world.picture(alice)
    data = world.site.settings.data
    files = on_disk(data)
    assert good.path is not None
    assert bad.path is not None
    files.disk.path(bad.path).write_bytes(b"rotten")
    for name, value in (
        ("MEDIA_STORE", "s3"),
        ("S3_BUCKET", BUCKET),
        ("S3_ENDPOINT", bucket.endpoint),
        ("S3_ACCESS_KEY", "key"),
        ("S3_SECRET_KEY", "hush-hush"),
    ):
        monkeypatch.setenv(f"COTWEET_{name}", value)

    async def run(*arguments: str) -> Any:
        return await asyncio.to_thread(
            lambda: CliRunner().invoke(cli, ["--data", str(data), *arguments])
        )

    wrong_way = await run("media", "move", "--to", "disk")
    assert (wrong_way.exit_code, files.read(good.path) is not None) == (2, True)
    assert "Set media_store to disk" in wrong_way.stderr
    moved = await run("media", "move", "--to", "s3")
    assert (moved.exit_code, moved.stdout.split(",")[0]) == (1, "1 file moved")
    assert bad.path in moved.stderr
    assert files.find(good.path) is None
    assert good.path in bucket.names()
    assert files.read(bad.path) == b"rotten"
    shown = await run("settings")
    assert "hush-hush" not in shown.stdout + (await run("settings", "--json")).stdout
    third = await world.picture(alice)
    await asyncio.to_thread(bucket.stop)
    try:
        monkeypatch.setattr(s3_files, "RETRIES", 0)
        files_of.cache_clear()
        away = await run("media", "move", "--to", "s3")
        assert (away.exit_code, "Nothing is lost" in away.stderr) == (1, True)
        assert files.find(third.path) is not None
    finally:
        await asyncio.to_thread(bucket.start)
