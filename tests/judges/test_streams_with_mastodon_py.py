"""Mastodon.py listens, as apps by others do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from mastodon import Mastodon, StreamListener

from fedi_cotweet.mastodon_api import setup
from fedi_cotweet.mastodon_api.streaming.hub import HUB
from fedi_cotweet.services import drafts, tokens
from tests.ports import free_port
from tests.sites import World, open_world

MakeServer = Callable[..., Awaitable[TestServer]]


class Listener(StreamListener):
    """Puts what it hears into a queue of the test's loop."""

    def __init__(self) -> None:
        self._loop, self._heard = asyncio.get_running_loop(), asyncio.Queue[tuple[str, Any]]()

    def _hear(self, name: str, what: Any = None) -> None:
        self._loop.call_soon_threadsafe(self._heard.put_nowait, (name, what))

    def on_update(self, status: Any) -> None:
        self._hear("update", status.id)

    def on_status_update(self, status: Any) -> None:
        self._hear("status.update", status.id)

    def on_notification(self, notification: Any) -> None:
        self._hear(f"notification: {notification.type}", notification.account.acct)

    def on_delete(self, status_id: Any) -> None:
        self._hear("delete", status_id)

    def on_filters_changed(self) -> None:
        self._hear("filters_changed")

    def handle_heartbeat(self) -> None:
        self._hear("heartbeat")

    async def hear(self) -> tuple[str, Any]:
        """The next thing but heartbeats."""
        while (heard := await asyncio.wait_for(self._heard.get(), 30))[0] == "heartbeat":
            pass
        return heard


async def test_mastodon_py_hears_a_person_and_the_public(
    tmp_path: Path, aiohttp_server: MakeServer
) -> None:
    port = free_port()
    async for world in open_world(tmp_path, base=f"http://127.0.0.1:{port}"):
        application = web.Application()
        setup(application, world.site)
        await aiohttp_server(application, port=port)
        await _listen(world, application)


async def _listen(world: World, application: web.Application) -> None:
    env = world.site.env
    alice, bob = await world.account("alice"), await world.account("bob")
    token, _ = await world.site.write(lambda tx: tokens.mint(tx, env, "bob", "read", app="Py"))
    app: Any = Mastodon(
        access_token=token, api_base_url=env.addresses.base, version_check_mode="none"
    )
    mine, everybodys = Listener(), Listener()
    handles = [
        await asyncio.to_thread(app.stream_user, mine, run_async=True),
        await asyncio.to_thread(app.stream_public, everybodys, run_async=True),
    ]
    # It connects in a thread of its own: what happens before is not told.
    async with asyncio.timeout(60):
        while not all(handle.connection is not None for handle in handles):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await asyncio.to_thread(app.stream_healthy)
    first = await world.post(alice, "Hello")
    assert await everybodys.hear() == ("update", str(first))
    draft = await world.draft(alice, bob, "We two")
    assert await mine.hear() == ("notification: mention", "alice")
    await world.site.write(lambda tx: drafts.withdraw(tx, env, alice, draft))
    second = await world.post(bob, "Mine")
    assert await mine.hear() == ("update", str(second))
    assert await everybodys.hear() == ("update", str(second))
    for handle in handles:
        handle.closed = True  # closing it would wait for a heartbeat
    await application[HUB].stop(application)
