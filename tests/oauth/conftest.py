"""Apps, people and their browsers, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import ClientResponse, CookieJar, DummyCookieJar, web
from aiohttp.test_utils import TestClient

from fedi_cotweet import oauth
from fedi_cotweet import web as pages
from fedi_cotweet.services import tokens
from tests.mastodon_api.validating import validate
from tests.sites import World, open_world
from tests.web.conftest import Browser
from tests.web.markup import Element, parse_page

Served = TestClient[web.Request, web.Application]
OOB = "urn:ietf:wg:oauth:2.0:oob"
CALLBACK = "https://notes.example/done"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().strip("=")


@dataclass
class App:
    """An app that was registered, and speaks to the server."""

    http: Served
    document: Mapping[str, Any]

    @property
    def credentials(self) -> dict[str, str]:
        given = self.document
        return {"client_id": given["client_id"], "client_secret": given["client_secret"]}

    def request(self, **changes: str) -> str:
        """The path that a person's browser is sent to."""
        parameters = {
            "client_id": self.document["client_id"],
            "redirect_uri": self.document["redirect_uris"][0],
            "response_type": "code",
            "scope": "read",
        } | changes
        return f"/oauth/authorize?{urlencode({k: v for k, v in parameters.items() if v})}"

    async def token(self, code: str = "", **changes: str) -> tuple[int, dict[str, Any]]:
        """Exchange a code: status and document."""
        fields = self.credentials | {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.document["redirect_uris"][0],
        }
        fields = {name: value for name, value in (fields | changes).items() if value}
        response = await self.http.post("/oauth/token", data=fields)
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        document = await response.json()
        validate("POST", "/oauth/token", response.status, document)
        return response.status, document


@dataclass
class Place:
    """The server, with everything that a test of OAuth needs."""

    world: World
    http: Served
    make_client: Callable[..., Awaitable[Served]]

    async def register(self, **changes: Any) -> App:
        """Register an app."""
        wanted = {
            "client_name": "Notes",
            "redirect_uris": CALLBACK,
            "scopes": "read write follow push profile",
            "website": "https://notes.example/about",
        } | changes
        response = await self.http.post("/api/v1/apps", json=wanted)
        assert response.status == 200, await response.text()
        made = await response.json()
        assert "client_secret" not in made or validate("POST", "/api/v1/apps", 200, made)
        return App(self.http, made)

    async def browser(self, username: str = "") -> Browser:
        """A browser, signed in unless without a name."""
        browser = Browser(
            await self.make_client(self.http.server, cookie_jar=CookieJar(unsafe=True))
        )
        if username:
            assert (await browser.sign_in(username)).status == 303
        return browser

    async def scopes(self, token: str) -> set[str] | None:
        """What a token is good for; None for nothing."""
        now = self.world.clock.now
        found = await self.world.site.read(lambda tx: tokens.bearer_of(tx, token, now))
        return None if found is None else set(found.scopes)


async def decide(browser: Browser, path: str, answer: str = "yes") -> ClientResponse:
    """Open the consent page and press a button."""
    page = await browser.page(path)
    return await browser.send("/oauth/authorize", fields_of(page) | {"decision": answer})


def fields_of(page: Element) -> dict[str, str]:
    """The hidden fields of the consent form."""
    form = page.one("form", action="/oauth/authorize")
    return {
        field.attributes["name"]: field.attributes["value"]
        for field in form.all("input", type="hidden")
    }


def answer_of(response: ClientResponse) -> dict[str, str]:
    """What an app gets of a redirect."""
    assert response.status == 303, response
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


async def code_of(browser: Browser, path: str) -> str:
    """Let an app in: the code."""
    return answer_of(await decide(browser, path))["code"]


async def shown_code(response: ClientResponse) -> str:
    """The code on the page that shows it."""
    page = parse_page(await response.text())
    return page.one("input", id="code").attributes["value"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A site with two people, alice and bob, who have the same password."""
    async for found in open_world(tmp_path):
        await found.account("alice", name="Alice", password=True)
        await found.account("bob", name="Bob", password=True)
        yield found


@pytest.fixture
async def place(world: World, aiohttp_client: Callable[..., Awaitable[Served]]) -> Place:
    return await serve(world, aiohttp_client)


async def serve(
    world: World, aiohttp_client: Callable[..., Awaitable[Served]], **limits: Any
) -> Place:
    """The site of a world with other limits."""
    env = replace(world.site.env, limits=replace(world.site.env.limits, **limits))
    site = replace(world.site, env=env)
    app = web.Application()
    oauth.setup(app, site)
    pages.setup(app, site)
    http = await aiohttp_client(app, cookie_jar=DummyCookieJar())
    return Place(world, http, aiohttp_client)


@pytest.fixture
async def alice(place: Place) -> Browser:
    """Alice's browser, signed in."""
    return await place.browser("alice")
