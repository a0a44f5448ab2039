"""Servers for ``by_hand``: each the real application on its own file, idle unless told."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.pool import StaticPool

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.limits import Limits
from activitypub.signatures.keys import SigningKey
from activitypub.verdicts import Fetched
from activitypub.vocab.terms import ACCEPT
from fedi_cotweet import app
from fedi_cotweet.services import accounts
from fedi_cotweet.services.env import Addresses, Env
from fedi_cotweet.settings import Settings
from storage.engine import Tx, open_store
from storage.models import Activity, Actor, Base, Delivery
from storage.queries import actors
from storage.queries.deliveries import DeliveryRow
from storage.queries.jobs import JobRow
from tests import migrated
from tests.federation.here import Clock, forget_applications, one_ssl_context
from tests.migrated import DATABASE

T = TypeVar("T")
M = TypeVar("M", bound=Base)
Step = Callable[[], Awaitable[None]]

PATIENT = Limits(connect_s=300, read_s=300, total_s=300)
"""An answer that is late because the machine is busy is not one that does not come."""


class InterruptedClient(FederationClient):
    """A client during whose fetches other things happen."""

    meanwhile: Step | None = None
    silent: str | None = None
    """Whatever begins with this does not answer."""

    async def get(
        self,
        url: str,
        *,
        key: SigningKey | None = None,
        accept: str = ACCEPT,
        max_bytes: int | None = None,
        parse: bool = True,
        redirects: int | None = None,
        leave_origin: bool = True,
    ) -> Fetched:
        if self.silent is not None and url.startswith(self.silent):
            return Fetched(url=url, status=0, fetched_at=self._clock(), error="connection")
        fetched = await super().get(
            url,
            key=key,
            accept=accept,
            max_bytes=max_bytes,
            parse=parse,
            redirects=redirects,
            leave_origin=leave_origin,
        )
        if self.meanwhile is not None:
            await self.meanwhile()
        return fetched


@dataclass
class Place:
    """One server. ``claimed`` are jobs it took and has not run yet; ``sent`` made deliveries."""

    server: app.Server
    serving: AsyncExitStack
    looking: sqlite3.Connection
    """Quicker than asking the server's own readers."""
    database: Engine
    """The same, for queries that are not plain SQL."""
    claimed: list[JobRow] = field(default_factory=list)
    ran: list[JobRow] = field(default_factory=list)
    sent: list[DeliveryRow] = field(default_factory=list)

    @classmethod
    async def open(cls, settings: Settings, clock: Clock) -> Place:
        """A server on what is in its folder."""
        serving = AsyncExitStack()
        server = await _serve(settings, clock, serving)
        looking = sqlite3.connect(settings.data / DATABASE, check_same_thread=False)
        engine = create_engine("sqlite://", creator=lambda: looking, poolclass=StaticPool)
        return cls(server, serving, looking, engine)

    async def close(self) -> None:
        """Nothing holds its files any more."""
        await self.serving.aclose()
        forget_applications()
        self.database.dispose()
        self.looking.close()

    @property
    def name(self) -> str:
        """What it is called here."""
        return self.server.settings.name

    @property
    def env(self) -> Env:
        """Its clock, ids and addresses."""
        return self.server.runtime.env

    def uri(self, name: str) -> str:
        """The actor id of somebody here."""
        return self.env.addresses.actor(name)

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """Look into its database."""
        with self.database.connect() as tx:
            return fn(tx)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """What a use case does."""
        return await self.server.runtime.write(fn)

    async def restart(self, clock: Clock) -> None:
        """Stop, and begin again with nothing but what is on the disk."""
        await self.serving.aclose()
        forget_applications()
        self.claimed.clear()
        self.ran.clear()
        self.server = await _serve(self.server.settings, clock, self.serving)

    @property
    def client(self) -> InterruptedClient:
        """What it fetches with."""
        client = self.server.runtime.client
        assert isinstance(client, InterruptedClient)
        return client

    async def id_of(self, uri: str) -> int:
        """The id here of an actor anywhere, who is fetched if need be."""
        found = await self.server.context.directory.actor(uri)
        assert isinstance(found, Actor), found
        return found.id

    async def actor(self, uri: str) -> Actor:
        """An actor as stored here."""
        found = await self.server.context.directory.actor(uri)
        assert isinstance(found, Actor), found
        return found

    async def pending(self) -> list[DeliveryRow]:
        """Deliveries that were not made, whenever they are due, oldest first."""

        def query(tx: Tx) -> list[DeliveryRow]:
            found = rows_of(tx, Delivery, Delivery.state == "pending")
            wanted = [row.activity_id for row in found]
            made = {row.id: row for row in rows_of(tx, Activity, Activity.id.in_(wanted))}
            return [_row(row, made[row.activity_id]) for row in found]

        return await self.read(query)

    def waiting(self) -> Waiting:
        """What this server could do next. Asked before every step, so in plain SQL."""
        claimed = ",".join(str(job.id) for job in self.claimed)
        ask = self.looking.execute
        now = (self.env.now(),)
        [events] = ask("SELECT count(*) FROM outbox WHERE next_at <= ?", now).fetchone()
        [run_at] = ask(f"SELECT min(run_at) FROM jobs WHERE id NOT IN ({claimed})").fetchone()
        [tell_at] = ask("SELECT min(next_at) FROM outbox WHERE next_at > ?", now).fetchone()
        pending = ask("SELECT id FROM deliveries WHERE state = 'pending'").fetchall()
        return Waiting(events, run_at, tell_at, [int(row[0]) for row in pending])

    def version(self) -> int:
        """Another number whenever something was written."""
        [number] = self.looking.execute("PRAGMA data_version").fetchone()
        return int(number)


@dataclass(frozen=True)
class Waiting:
    """How many events are due, when the next job is, which deliveries are to be made."""

    events: int
    run_at: int | None
    tell_at: int | None
    """When the next event is that is not due yet."""
    deliveries: list[int]


def settings_of(folder: Path, name: str, port: int) -> Settings:
    """Generous where the number of invites is concerned: all runs share the servers."""
    return Settings(
        data=folder,
        development=True,
        base_url=f"http://127.0.0.1:{port}",
        listen_host="127.0.0.1",
        listen_port=port,
        database=f"sqlite:///{folder / DATABASE}",
        name=name,
        announce_delay_seconds=0,
        invite_min_account_age_hours=0,
        invites_per_day=10_000,
        open_invites_per_sender=1_000,
        open_invites_per_pair=1_000,
    )


def _row(row: Delivery, activity: Activity) -> DeliveryRow:
    return DeliveryRow(
        id=row.id,
        activity_id=row.activity_id,
        signer_id=row.signer_id,
        inbox=row.inbox,
        host=row.host,
        attempts=1,
        first_at=row.first_at,
        lease_until=0,
        kind=activity.kind,
        uri=activity.uri,
        body=(activity.plain_body or activity.body) if row.plain else activity.body,
        about="",
        host_failures=0,
    )


async def settle(settings: Settings, people: Sequence[str], clock: Clock) -> None:
    """Make the database of a server, with its people, who let anyone invite them."""
    migrated.put(settings.data / DATABASE)
    store = await app.prepare(settings)
    env = Env(Addresses(settings.base_url), clock=clock)
    for username in people:
        keys = accounts.make_keys()

        def make(tx: Tx, username: str = username, keys: accounts.KeyPairs = keys) -> None:
            made = accounts.create_account(tx, env, username=username, keys=keys)
            accounts.set_invite_policy(tx, env, made, "anyone")

        await store.write(make)
    await store.close()


async def _serve(settings: Settings, clock: Clock, serving: AsyncExitStack) -> app.Server:
    with patch.object(app, "build_ssl_context", one_ssl_context):
        server = app.build(settings, open_store(settings.database), clock)
    await server.runtime.client.close()
    server.runtime.client = _client(settings, clock)
    await server.runtime.anonymous.close()
    server.runtime.anonymous = _client(settings, clock)
    await serving.enter_async_context(app.running(server))
    return server


def _client(settings: Settings, clock: Clock) -> InterruptedClient:
    return InterruptedClient(
        f"test/1 (+{settings.base_url}/)",
        AddressPolicy(True),
        clock,
        ssl_context=one_ssl_context(None),
        limits=PATIENT,
    )


async def local_id(place: Place, name: str) -> int:
    """The id of somebody's account."""
    found = await place.read(lambda tx: actors.account_by_name(tx, name))
    assert found is not None
    return found.id


def rows_of(tx: Tx, model: type[M], *where: Any) -> list[M]:
    """The rows of a table, by id."""
    order = model.__table__.primary_key
    return [model(**r._mapping) for r in tx.execute(select(model).where(*where).order_by(*order))]
