"""'u' running in this process, and two scripted peers for it to talk to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from demo.plain_server.app import TOKEN_FILE, make_app
from tests.demo.scripted_peer import Peer, Person, loopback, post

collect_ignore = [] if os.environ.get("COTWEET_WALKS") else ["test_walk.py"]
"""The whole demo runs as ``make demo ARGS=--check``, and with ``make walks``."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain server under test; gina lives there."""

    base: str
    data: Path

    @property
    def inbox(self) -> str:
        return f"{self.base}/inbox"

    @property
    def gina(self) -> str:
        return f"{self.base}/users/gina"

    @property
    def token(self) -> dict[str, str]:
        return {"Authorization": "Bearer " + (self.data / TOKEN_FILE).read_text()}

    async def get(self, path: str, **options: Any) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.base + path, **options) as answer,
        ):
            answer.raise_for_status()
            return await answer.json()

    async def timeline(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = (await self.get("/timeline/gina.json"))["entries"]
        return entries

    async def outcomes(self) -> dict[str, str]:
        """What became of each activity so far, by its id (the first, if it came twice)."""
        found = await self.get("/control/outcomes", headers=self.token)
        return {entry["id"]: entry["outcome"] for entry in found["outcomes"]}

    async def outcome(self, activity: Mapping[str, Any]) -> str:
        """What became of an activity, once it was processed."""
        for _ in range(1000):
            found = await self.outcomes()
            if activity["id"] in found:
                return found[activity["id"]]
            await asyncio.sleep(0.01)
        raise AssertionError(f"{activity['id']} was not processed")

    async def deliver(
        self, activity: Mapping[str, Any], by: Person, *, inbox: str | None = None
    ) -> str:
        """Deliver and wait for what becomes of it."""
        assert await post(inbox or self.inbox, activity, by) == 202
        return await self.outcome(activity)

    async def ask_to_follow(self, who: Person, peer: Peer) -> dict[str, Any]:
        """The ``Follow`` that reached ``who``."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.base}/control/follow", params={"handle": who.handle}, headers=self.token
            ) as answer,
        ):
            assert answer.status == 200, await answer.text()
        return peer.received[-1]

    async def follow(self, who: Person, peer: Peer) -> None:
        """Gina follows ``who``, who accepts."""
        asked = await self.ask_to_follow(who, peer)
        outcome = await self.deliver(who.activity("Accept", asked), who)
        assert outcome == "done: the follow was accepted"


@pytest.fixture
async def u(tmp_path: Path) -> AsyncIterator[Plain]:
    listening = loopback()
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    runner = web.AppRunner(make_app(base, tmp_path, ["gina"], pause=20))
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield Plain(base, tmp_path)
    await runner.cleanup()


@pytest.fixture
async def a() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        yield peer


@pytest.fixture
async def b() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        yield peer


@pytest.fixture
def alice(a: Peer) -> Person:
    return a.person("alice")


@pytest.fixture
def bob(b: Peer) -> Person:
    return b.person("bob", "second")
