"""A server of ours for the kit to try: whole, over real HTTP, with a clock that can run ahead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fedi_cotweet import app
from fedi_cotweet.conformance.own_driver import OwnDriver
from fedi_cotweet.conformance.running import now
from fedi_cotweet.conformance.waiting import Offset
from fedi_cotweet.federation import jobs
from fedi_cotweet.services import accounts
from fedi_cotweet.services.env import Addresses, Env
from fedi_cotweet.settings import Settings
from storage.engine import Tx
from tests import migrated
from tests.migrated import DATABASE
from tests.ports import free_port

WHO = "carla"


@dataclass
class Tried:
    """The server, its clock, and where its actor is."""

    server: app.Server
    clock: Offset

    @property
    def actor(self) -> str:
        """The actor to try."""
        return f"{self.server.settings.base_url}/users/{WHO}"

    def driver(self) -> MovableDriver:
        """The driver of our own servers, which here can let time pass too."""
        return MovableDriver(self)


class MovableDriver(OwnDriver):
    """Also answers ``advance``, which no server outside of tests can."""

    def __init__(self, tried: Tried) -> None:
        super().__init__(tried.server.settings.base_url, tried.server.operator_token, WHO)
        self._tried = tried

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """As our own driver; ``advance`` moves the clock and does what it makes due."""
        if request["do"] != "advance":
            return await super().ask(request)
        self._tried.clock.ahead += int(request["seconds"] * 1000)
        await jobs.periodic(self._tried.server.context)
        self._tried.server.runtime.bells.ring()
        return {}


@asynccontextmanager
async def open_target(folder: Path) -> AsyncIterator[Tried]:
    """The server, running. Its limits are wide: the kit invites and is invited all the time."""
    port = free_port()
    settings = Settings(
        data=folder,
        development=True,
        base_url=f"http://127.0.0.1:{port}",
        listen_host="127.0.0.1",
        listen_port=port,
        database=f"sqlite:///{folder / DATABASE}",
        name="tried",
        announce_delay_seconds=0,
        invite_min_account_age_hours=0,
        open_invites_per_sender=1000,
        invites_per_day=10_000,
        invites_per_host_per_day=100_000,
        delivery_retry_seconds=1,
    )
    clock = Offset(now)
    migrated.put(folder / DATABASE)
    store = await app.prepare(settings)
    env = Env(Addresses(settings.base_url), clock=clock)
    keys = accounts.make_keys()

    def make(tx: Tx) -> None:
        accounts.create_account(tx, env, username=WHO, keys=keys)

    await store.write(make)
    server = app.build(settings, store, clock)
    async with app.running(server):
        yield Tried(server, clock)
