"""Copies of others' files: they have a cap, go when nobody looks, come back when somebody does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from activitypub.coauthorship.projection import media_digest
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.federation.remote_files import GONE_FOR
from tests.federation.cast import Cast
from tests.federation.pictures import png
from tests.federation.test_emoji import served, tag
from tests.services.films_made import film


async def shown(cast: Cast, *files: tuple[str, str], tags: tuple[Any, ...] = ()) -> dict[str, Any]:
    """A post of alice elsewhere with these files, as it is shown here."""
    post = cast.cotweet(
        content="<p>Hi :cat:</p>",
        tag=list(tags),
        attachment=[{"type": "Document", "mediaType": kind, "url": url} for url, kind in files],
    )
    if not await cast.timeline():
        await cast.follow(cast.alice)
    document = {**post.note(), "attributedTo": cast.alice.id}
    document.pop("coAuthors", None)
    document.pop("coAuthorAuthorization", None)
    await cast.deliver(cast.alice, post.create(document))
    found = await cast.here.post(post.id)
    assert found is not None
    view: dict[str, Any] = await cast.here.api("GET", f"/api/v1/control/posts/{found.id}")
    return view


def picture(cast: Cast, number: int, octets: bytes | None = None) -> tuple[str, str]:
    at = f"{cast.a.base}/files/{number}.png"
    body = octets or png((number, 2, 3))
    return cast.a.serve(body, at=at, media_type="image/png"), "image/png"


def copies(cast: Cast) -> list[Path]:
    folder = cast.here.server.settings.data / "media"
    return sorted(path for path in folder.rglob("*") if path.is_file())


def allow(cast: Cast, **settings: int) -> None:
    for name, value in settings.items():
        object.__setattr__(cast.here.server.settings, name, value)


async def asked(cast: Cast, path: str) -> tuple[int, bytes]:
    async with cast.here.session.get(cast.here.base + path) as answer:
        return answer.status, await answer.read()


async def test_what_nobody_looked_at_goes_and_comes_back_when_somebody_does(cast: Cast) -> None:
    cat = served(cast)
    first, second = picture(cast, 1), picture(cast, 2)
    view = await shown(cast, first, second, tags=(tag(cat),))
    assert len(copies(cast)) == 3
    one, other = (item["url"] for item in view["media"])
    await cast.here.pass_time(20 * DAY)
    assert (await asked(cast, one))[0] == 200
    await cast.here.pass_time(20 * DAY)
    [left] = copies(cast)
    assert left.stem == one.rpartition("/")[2].partition(".")[0]
    before = cast.a.times_asked(second[0])
    found = await asyncio.gather(*(asked(cast, other) for _ in range(8)))
    assert found == [(200, png((2, 2, 3)))] * 8
    assert cast.a.times_asked(second[0]) == before + 1, "once, however many look"
    [emoji] = view["emojis"]
    assert (await asked(cast, emoji["url"]))[0] == 200
    assert len(copies(cast)) == 3
    await cast.here.pass_time(MINUTE)
    assert len(copies(cast)) == 3


async def test_there_is_never_more_than_may_be(cast: Cast) -> None:
    size = len(png((1, 2, 3)))
    allow(cast, media_cache_bytes=3 * size)
    views = []
    for number in range(1, 7):
        views.append(await shown(cast, picture(cast, number)))
        assert sum(path.stat().st_size for path in copies(cast)) <= 3 * size
        await cast.here.pass_time(HOUR)
    assert 1 <= len(copies(cast)) <= 3
    for view in views:
        assert (await asked(cast, view["media"][0]["url"]))[0] == 200
        assert sum(path.stat().st_size for path in copies(cast)) <= 3 * size


@pytest.mark.parametrize(
    ("status", "told", "wait"), [(404, 404, GONE_FOR), (410, 404, GONE_FOR), (503, 502, 5 * MINUTE)]
)
async def test_a_server_that_has_it_no_more_is_not_asked_again_and_again(
    cast: Cast, status: int, told: int, wait: int
) -> None:
    url, kind = picture(cast, 1)
    view = await shown(cast, (url, kind))
    await cast.here.pass_time(31 * DAY)
    assert copies(cast) == []
    cast.a.fail(url, status)
    before, path = cast.a.times_asked(url), view["media"][0]["url"]
    for _ in range(3):
        answer = await asked(cast, path)
        assert answer[0] == told
        assert len(answer[1]) < 100
    assert cast.a.times_asked(url) == before + 1
    cast.here.clock.advance(wait + 1)
    picture(cast, 1)
    assert (await asked(cast, path))[0] == 200


async def test_something_else_in_its_place_is_not_shown(cast: Cast) -> None:
    url, kind = picture(cast, 1)
    view = await shown(cast, (url, kind))
    await cast.here.pass_time(31 * DAY)
    for octets in (b"<html>", png((9, 9, 9)).replace(b"PNG", b"PNK"), film("mp4", "libx264")):
        picture(cast, 1, octets)
        assert (await asked(cast, view["media"][0]["url"]))[0] == 404
        assert copies(cast) == []
        cast.here.clock.advance(GONE_FOR + 1)


async def test_what_was_agreed_to_comes_back_as_it_was_or_not_at_all(cast: Cast) -> None:
    url = served(cast)
    view = await shown(cast, tags=(tag(url, media_digest(png((0, 200, 0)))),))
    path = view["emojis"][0]["url"]
    await cast.here.pass_time(31 * DAY)
    served(cast, png((1, 1, 1)))
    assert (await asked(cast, path))[0] == 404


async def test_a_slow_server_holds_up_nobody_else(cast: Cast) -> None:
    slow, quick = picture(cast, 1), picture(cast, 2)
    view = await shown(cast, slow, quick)
    await cast.here.pass_time(31 * DAY)
    go = asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        await go.wait()
        return web.Response(body=png((1, 2, 3)), content_type="image/png")

    cast.a.routes["/files/1.png"] = wait
    one, other = (item["url"] for item in view["media"])
    waiting = asyncio.create_task(asked(cast, one))
    assert (await asked(cast, other))[0] == 200
    assert not waiting.done()
    go.set()
    assert (await waiting)[0] == 200
