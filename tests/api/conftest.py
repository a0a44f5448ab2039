"""The API served over real HTTP, and a client of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from fedi_cotweet.api import setup
from tests.api.validating import validate
from tests.sites import TOKEN, World, open_world

Served = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application], Awaitable[Served]]

CONTROL = "/api/v1/control"
COTWEETS = "/api/v1/cotweets"
INVITES = f"{COTWEETS}/invites"


@dataclass
class Api:
    """Calls as the command line makes them."""

    http: Served

    async def raw(
        self, method: str, path: str, *, account: str | None = "alice", **options: Any
    ) -> ClientResponse:
        """One request with the operator's token."""
        headers = {"Authorization": f"Bearer {TOKEN}"} | options.pop("headers", {})
        if account is not None:
            headers["X-Account"] = account
        return await self.http.request(method, path, headers=headers, **options)

    async def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        account: str | None = "alice",
        status: int = 200,
    ) -> Any:
        """The JSON of an answer that must have this status."""
        response = await self.raw(method, path, account=account, json=body)
        text = await response.text()
        assert response.status == status, text
        document = await response.json() if text else None
        validate(method, path, status, document)
        return document

    async def refused(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        account: str | None = "alice",
    ) -> tuple[int, str]:
        """(status, code) of an error, which must be complete."""
        response = await self.raw(method, path, account=account, json=body)
        document = await response.json()
        assert document.keys() == {"error", "message", "fix"}, document
        assert document["message"]
        validate(method, path, response.status, document)
        return response.status, document["error"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A site with two people: alice and bob."""
    async for found in open_world(tmp_path):
        await found.account("alice", name="Alice")
        await found.account("bob", name="Bob")
        yield found


@pytest.fixture
async def api(world: World, aiohttp_client: MakeClient) -> Api:
    """The API of that site."""
    app = web.Application()
    setup(app, world.site, TOKEN)
    return Api(await aiohttp_client(app))
