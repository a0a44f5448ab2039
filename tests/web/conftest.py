"""The pages served over real HTTP, and browsers to look at them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, DummyCookieJar, web
from aiohttp.test_utils import TestClient

from fedi_cotweet.web import setup
from storage.models import Media
from tests.sites import BASE, PASSWORD, World, open_world
from tests.web.markup import Element, parse_page

Served = TestClient[web.Request, web.Application]
MakeClient = Callable[..., Awaitable[Served]]
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@dataclass
class Peers:
    """Stands for the check of other servers' signatures."""

    allowed: bool = False
    asked: list[int] = field(default_factory=list)

    async def __call__(self, request: web.Request, item: Media) -> bool:
        self.asked.append(item.id)
        return self.allowed


@dataclass
class Browser:
    """Follows no redirect by itself; keeps cookies."""

    http: Served

    async def get(self, path: str, **options: Any) -> ClientResponse:
        options.setdefault("headers", HTML)
        return await self.http.get(path, allow_redirects=False, **options)

    async def page(self, path: str, *, status: int = 200) -> Element:
        """A page that must have this status."""
        response = await self.get(path)
        text = await response.text()
        assert response.status == status, text
        return parse_page(text)

    async def send(
        self, path: str, fields: Mapping[str, str], *, origin: str | None = BASE
    ) -> ClientResponse:
        """Send a form, as from a page of ``origin``."""
        headers = HTML if origin is None else HTML | {"Origin": origin}
        return await self.http.post(path, data=fields, headers=headers, allow_redirects=False)

    async def sign_in(self, username: str, password: str = PASSWORD) -> ClientResponse:
        """Fill in the sign-in form."""
        form = await self.page("/auth/sign_in")
        fields = {"csrf": csrf(form), "username": username, "password": password}
        return await self.send("/auth/sign_in", fields)


def csrf(page: Element) -> str:
    """The token in the first form of a page."""
    return page.all("input", name="csrf")[0].attributes["value"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A site with two people, alice and bob, who have the same password."""
    async for found in open_world(tmp_path):
        await found.account("alice", name="Alice", password=True)
        await found.account("bob", name="Bob", password=True)
        yield found


@pytest.fixture
def peers() -> Peers:
    return Peers()


@pytest.fixture
async def stranger(world: World, peers: Peers, aiohttp_client: MakeClient) -> Browser:
    """Somebody without account, and without cookies."""
    app = web.Application()
    setup(app, world.site, peers)
    return Browser(await aiohttp_client(app, cookie_jar=DummyCookieJar()))


@pytest.fixture
async def browsers(
    stranger: Browser, aiohttp_client: MakeClient
) -> Callable[[str], Awaitable[Browser]]:
    """Make a browser that is signed in ("" for one that is not), on the same site."""

    async def make(username: str = "") -> Browser:
        jar = CookieJar(unsafe=True)  # the tests' host is an address
        browser = Browser(await aiohttp_client(stranger.http.server, cookie_jar=jar))
        if username:
            assert (await browser.sign_in(username)).status == 303
        return browser

    return make
