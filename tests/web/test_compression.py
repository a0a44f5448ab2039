"""What is sent compressed, and what is not because its length could tell what it holds."""

from __future__ import annotations

import pytest
from multidict import CIMultiDictProxy

from tests.sites import World
from tests.web.conftest import HTML, Browser
from tests.web.test_routes import Browsers


async def headers_of(
    browser: Browser, path: str, encoding: str = "gzip, deflate, br", **more: str
) -> CIMultiDictProxy[str]:
    given = HTML | {"Accept-Encoding": encoding, "User-Agent": "Test"}
    given |= {name.replace("_", "-"): value for name, value in more.items()}
    answer = await browser.get(path, headers=given)
    assert answer.status == 200
    assert len(await answer.text()) > 1_000
    return answer.headers


async def test_pages_and_style_sheets_for_everybody_are_compressed(stranger: Browser) -> None:
    page = await stranger.page("/@alice")
    style = page.one("link", rel="stylesheet").attributes["href"]
    for path in ("/@alice", "/", style, "/static/x/write.js"):
        for site in ("cross-site", "same-origin"):
            found = await headers_of(stranger, path, Sec_Fetch_Site=site)
            assert found["Content-Encoding"] == "gzip", path
            assert "Accept-Encoding" in found["Vary"], path
    assert int((await headers_of(stranger, style))["Content-Length"]) < 12_000


async def test_who_does_not_take_it_gets_it_as_it_is(stranger: Browser) -> None:
    for encoding in ("identity", "br", ""):
        assert "Content-Encoding" not in await headers_of(stranger, "/@alice", encoding)


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
async def test_the_length_of_a_page_tells_no_other_site_what_it_holds(
    world: World, browsers: Browsers, site: str
) -> None:
    alice, more = await browsers("alice"), {"Sec_Fetch_Site": site} if site else {}
    for path in ("/home", "/@bob", "/settings/profile"):
        assert "Content-Encoding" not in await headers_of(alice, path, **more), path


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_who_comes_from_here_gets_their_pages_compressed(
    world: World, browsers: Browsers, site: str
) -> None:
    found = await headers_of(await browsers("alice"), "/home", Sec_Fetch_Site=site)
    assert found["Content-Encoding"] == "gzip"
