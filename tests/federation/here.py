"""Our own server, whole and over real HTTP, in the tests' process and on their clock."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import aiohttp
from aiohttp import web
from aiohttp.web_app import _cached_build_middleware
from sqlalchemy import delete, select, text, union_all

from activitypub.shell.tls import build_ssl_context
from fedi_cotweet import app
from fedi_cotweet.domain.limits import DAY, SECOND
from fedi_cotweet.federation import jobs
from fedi_cotweet.services import accounts, passwords
from fedi_cotweet.services.env import Addresses, Env
from fedi_cotweet.settings import Settings
from fedi_cotweet.worker import Worker
from storage.engine import Tx, open_store
from storage.models import Base, Delivery, Job, OutboxEvent, Post
from storage.queries import posts
from tests import migrated
from tests.migrated import DATABASE

T = TypeVar("T")

# As text: to put a statement of a hundred tables together takes longer than to run it.
_COUNTS = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}', COUNT(*) FROM {table.name}"
        for table in Base.metadata.sorted_tables
        if table.name != "settings"
    )
)

LOCAL = ("alice", "bob", "carol", "dave", "mallory")
PASSWORD = "the same for everybody here"
START = int(datetime(2026, 11, 20, 10, tzinfo=UTC).timestamp()) * 1000
SETTLED_WITHIN = 20.0


class Clock:
    """Stands still until it is moved. Milliseconds since 1970."""

    def __init__(self, at: int = START) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self.at += milliseconds


class ApiRefusalError(AssertionError):
    """The API refused a call."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status = status
        self.code = code


def settings_of(folder: Path, port: int) -> Settings:
    """What the server under test is configured with."""
    return Settings(
        data=folder,
        development=True,
        base_url=f"http://127.0.0.1:{port}",
        listen_host="127.0.0.1",
        listen_port=port,
        database=f"sqlite:///{folder / DATABASE}",
        name="here",
        announce_delay_seconds=0,
        invite_min_account_age_hours=0,
        link_previews=False,
        # The probes of all routes ask thousands of times.
        api_requests=1_000_000,
        api_requests_of_strangers=1_000_000,
    )


async def make_template(folder: Path, port: int) -> None:
    """A data folder with schema, instance actor and people, to be copied for every test."""
    settings = settings_of(folder, port)
    migrated.put(folder / DATABASE)
    store = await app.prepare(settings)
    env = Env(Addresses(settings.base_url), clock=Clock(START - 30 * DAY))
    hashed = passwords.hash_password(PASSWORD)
    for name in LOCAL:
        keys = accounts.make_keys()

        def make(tx: Tx, name: str = name, keys: accounts.KeyPairs = keys) -> None:
            made = accounts.create_account(
                tx, env, username=name, keys=keys, password_hash=hashed, name=name.title()
            )
            accounts.set_invite_policy(tx, env, made, "anyone")

        await store.write(make)
    # What a new account has to tell is told before a test begins: there was nobody to tell it to.
    await store.write(lambda tx: tx.execute(delete(OutboxEvent)).rowcount)
    await store.close()


@dataclass
class Here:
    """The server under test. ``base`` is its address."""

    server: app.Server
    clock: Clock
    session: aiohttp.ClientSession

    @property
    def base(self) -> str:
        """Its base URL."""
        return self.server.settings.base_url

    @property
    def host(self) -> str:
        """Host and port."""
        return self.server.settings.host

    @property
    def inbox(self) -> str:
        """The shared inbox."""
        return f"{self.base}/inbox"

    @property
    def web(self) -> web.Application:
        """The aiohttp application."""
        return self.server.app

    def actor(self, name: str) -> str:
        """The identifier of somebody here."""
        return f"{self.base}/users/{name}"

    def handle(self, name: str) -> str:
        """The handle of somebody here."""
        return f"{name}@{self.host}"

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Look into the database."""
        return await self.server.runtime.store.read(fn)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """Change the database, as its administrator could."""
        return await self.server.runtime.write(fn)

    async def post(self, uri: str) -> Post | None:
        """A post as it is stored."""
        return await self.read(lambda tx: posts.post_by_uri(tx, uri))

    async def api(
        self, method: str, path: str, document: Any = None, *, account: str = "dave"
    ) -> Any:
        """A call of the JSON API. Raises ``ApiRefusalError``."""
        headers = {
            "Authorization": f"Bearer {self.server.operator_token}",
            "X-Account": account,
            "Content-Type": "application/json",
        }
        body = None if document is None else json.dumps(document).encode()
        async with self.session.request(
            method, self.base + path, data=body, headers=headers
        ) as answer:
            text = await answer.text()
            if answer.status >= 400:
                code = json.loads(text)["error"] if text.startswith("{") else ""
                raise ApiRefusalError(answer.status, code, text)
            return json.loads(text) if text else None

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """What a stranger gets: status and text."""
        url = path if path.startswith("http") else self.base + path
        async with self.session.get(url, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(errors="replace")

    async def settle(self) -> None:
        """Wait until nothing is due any more: events, jobs, deliveries."""
        end = asyncio.get_running_loop().time() + SETTLED_WITHIN
        looks = 0
        while left := await self.read(self._due):
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"still to do: {left}")
            if looks % 25 == 0:
                # Whatever writes rings; but time passes here without a sound.
                self.server.runtime.bells.ring()
            looks += 1
            await asyncio.sleep(min(0.002 * looks, 0.015))

    def _due(self, tx: Tx) -> list[str]:
        now = self.clock()
        due = union_all(
            select(OutboxEvent.kind).where(OutboxEvent.next_at <= now),
            select(Job.kind).where(Job.run_at <= now),
            select(Delivery.inbox).where(Delivery.state == "pending", Delivery.next_at <= now),
        )
        return [str(row[0]) for row in tx.execute(due)]

    async def pass_time(self, milliseconds: int) -> None:
        """Let time pass, and do what it makes due."""
        self.clock.advance(milliseconds)
        await self.settle()
        await jobs.periodic(self.server.context)
        await self.settle()

    async def contents(self) -> dict[str, int]:
        """How many rows every table has; how far upkeep is, which it notes in its own time, left
        out."""
        return await self.read(lambda tx: {str(row[0]): int(row[1]) for row in tx.execute(_COUNTS)})


@cache
def one_ssl_context(ca_file: Path | None) -> ssl.SSLContext:
    """Reading the system's authorities takes longer than most tests do, and none uses TLS."""
    return build_ssl_context(ca_file)


@asynccontextmanager
async def open_here(
    template: Path | None,
    folder: Path,
    port: int,
    clock: Clock | None = None,
    *,
    upkeep: bool = False,
) -> AsyncIterator[Here]:
    """The server, listening, on a copy of the template; without one, on what is in the folder.

    Without ``upkeep`` it does that when ``pass_time`` says so, and not at its start.
    """
    if template is not None:
        shutil.copytree(template, folder)
    settings = settings_of(folder, port)
    clock = Clock() if clock is None else clock
    with patch.object(app, "build_ssl_context", one_ssl_context):
        server = app.build(settings, open_store(settings.database), clock)
    async with AsyncExitStack() as stack:
        if not upkeep:
            idle = patch.object(Worker, "_periodic", lambda _: asyncio.Event().wait())
            stack.enter_context(idle)
        await stack.enter_async_context(app.running(server))
        yield Here(server, clock, await stack.enter_async_context(aiohttp.ClientSession()))
    forget_applications()


def forget_applications() -> None:
    """aiohttp remembers the last thousand handlers, and with them every server of the tests."""
    _cached_build_middleware.cache_clear()


def seconds(count: int) -> int:
    """In milliseconds."""
    return count * SECOND


def names(people: Sequence[Any]) -> list[str]:
    """The ``uri`` of every author in an answer of the API."""
    return [str(person["uri"]) for person in people]
