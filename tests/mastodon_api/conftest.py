"""The client API served over real HTTP, and apps that use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from yarl import URL

from fedi_cotweet.mastodon_api import setup
from fedi_cotweet.services import tokens
from tests import covering
from tests.mastodon_api.validating import validate
from tests.sites import World, open_world

Served = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application], Awaitable[Served]]

EVERYTHING = "read write follow push"


@dataclass
class App:
    """An app with a token, or without one: a stranger."""

    http: Served
    token: str | None = None

    async def raw(self, method: str, path: str, **options: Any) -> ClientResponse:
        """One request."""
        headers = options.pop("headers", {})
        if self.token is not None:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        response = await self.http.request(method, path, headers=headers, **options)
        covering.note(method, path, response.status)
        return response

    async def ask(
        self, method: str, path: str, body: Any = None, *, status: int = 200, **options: Any
    ) -> Any:
        """The JSON of an answer, which must have this status and be as Mastodon describes it."""
        if body is not None:
            options["json"] = body
        response = await self.raw(method, path, **options)
        text = await response.text()
        assert response.status == status, text
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        document = await response.json() if text else None
        validate(method, path, status, document)
        return document

    async def refused(self, method: str, path: str, body: Any = None, **options: Any) -> int:
        """The status of an error, which must say what happened."""
        if body is not None:
            options["json"] = body
        response = await self.raw(method, path, **options)
        document = await response.json()
        assert response.status >= 400, document
        assert document["error"]
        validate(method, path, response.status, document)
        return response.status

    async def page(self, path: str) -> tuple[list[Any], dict[str, str]]:
        """A page, and where its ``Link`` leads by relation."""
        response = await self.raw("GET", path)
        document = await response.json()
        assert response.status == 200, document
        validate("GET", path, 200, document)
        links = {str(rel): str(URL(link["url"]).relative()) for rel, link in response.links.items()}
        return document, links


@dataclass
class Apps:
    """Tokens for the people of a site."""

    world: World
    http: Served

    async def of(self, account_id: int, scopes: str = EVERYTHING) -> App:
        """An app that acts for somebody."""
        env = self.world.site.env
        name = await self.world.name_of(account_id)
        token, _ = await self.world.site.write(
            lambda tx: tokens.mint(tx, env, name, scopes, app="Test")
        )
        return App(self.http, token)

    def stranger(self) -> App:
        """Somebody without a token."""
        return App(self.http)


@dataclass
class Cast:
    """alice and bob, their apps, and a stranger's."""

    world: World
    apps: Apps
    alice: int
    bob: int
    alices: App
    bobs: App
    stranger: App


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A site without anybody."""
    async for found in open_world(tmp_path):
        yield found


@pytest.fixture
async def cast(world: World, aiohttp_client: MakeClient) -> Cast:
    """The client API of a site with alice and bob."""
    app = web.Application()
    setup(app, world.site)
    apps = Apps(world, await aiohttp_client(app))
    alice = await world.account("alice", name="Alice")
    bob = await world.account("bob", name="Bob")
    return Cast(world, apps, alice, bob, await apps.of(alice), await apps.of(bob), apps.stranger())
