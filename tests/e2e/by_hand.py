"""Whole servers whose every step is made by hand: nothing happens by itself, time stands still.

Each server is the real application on its own SQLite file, listening on loopback. Its workers do
not run; instead ``World`` picks what happens next: an event becomes activities, a job runs, one
delivery is made by a real signed request to the other's inbox, or is made again. So one random
number decides the order of everything, and a run can be repeated by its seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, create_engine, select, update
from sqlalchemy.pool import StaticPool

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.signatures.keys import SigningKey
from activitypub.verdicts import Fetched
from activitypub.vocab.terms import ACCEPT
from fedi_cotweet import app
from fedi_cotweet.domain.ids import time_of
from fedi_cotweet.domain.limits import MINUTE, SECOND
from fedi_cotweet.federation import jobs, outbox
from fedi_cotweet.services import accounts, follows
from fedi_cotweet.services.env import Addresses, Env
from fedi_cotweet.settings import Settings
from fedi_cotweet.worker import Worker
from storage.engine import Tx, open_store
from storage.models import Activity, Actor, Base, Delivery
from storage.queries import actors, deliveries
from storage.queries.deliveries import DeliveryRow
from storage.queries.jobs import JobRow
from tests.federation.here import START, Clock
from tests.servers import free_port

T = TypeVar("T")
M = TypeVar("M", bound=Base)
Step = Callable[[], Awaitable[None]]


def sequences(share: int, otherwise: int) -> int:
    """How many random runs: a ``share``-th of those asked for, or as many as the plain run has."""
    return int(os.environ.get("COTWEET_SEQUENCES", "0")) // share or otherwise


SOON = 20 * MINUTE
"""Draining waits this long for a job that is to run later."""


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
        )
        if self.meanwhile is not None:
            await self.meanwhile()
        return fetched


@dataclass
class Place:
    """One server. ``claimed`` are jobs it took and has not run yet; ``sent`` made deliveries."""

    name: str
    server: app.Server
    database: Engine
    """For looking: quicker than asking the server's own readers."""
    serving: AsyncExitStack
    claimed: list[JobRow] = field(default_factory=list)
    ran: list[JobRow] = field(default_factory=list)
    sent: list[DeliveryRow] = field(default_factory=list)

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
        with self.database.connect() as tx:
            events = tx.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one()
            run_at = tx.exec_driver_sql(
                f"SELECT min(run_at) FROM jobs WHERE id NOT IN ({claimed})"
            ).scalar_one()
            pending = tx.exec_driver_sql("SELECT id FROM deliveries WHERE state = 'pending'")
            return Waiting(events, run_at, [int(row[0]) for row in pending])


@dataclass(frozen=True)
class Waiting:
    """How many events there are, when the next job is to run, which deliveries are to be made."""

    events: int
    run_at: int | None
    deliveries: list[int]


@dataclass
class World:
    """The servers, their common clock, and the dice."""

    places: dict[str, Place]
    clock: Clock
    dice: random.Random
    story: list[str] = field(default_factory=list)
    """What happened, in order: printed when a test fails."""
    refusals: bool = False
    """Whether it is in order that a server refuses something."""
    lanes: bool = False
    """Whether what goes from one server to another keeps its order, as long as all goes well."""
    haste: float = 0.0
    """How often the newest overtakes everything that waits."""
    _inside: bool = False

    def tell(self, text: str) -> None:
        """Note what happens."""
        self.story.append(f"{(self.clock.at - START) / SECOND:.0f}s {text}")

    def tick(self) -> None:
        """A little time passes."""
        self.clock.advance(self.dice.randint(200, 3 * SECOND))

    def steps(self) -> list[Step]:
        """Everything that could happen next by itself, what waits longest first."""
        found: list[tuple[int, Step]] = []
        for place in self.places.values():
            waiting = place.waiting()
            if waiting.events:
                found.append((0, partial(self._event, place)))
            if waiting.run_at is not None and waiting.run_at <= self.clock.at:
                found.append((0, partial(self._claim, place)))
            found += [(time_of(job.id), partial(self._job, place, job)) for job in place.claimed]
            found += [
                (time_of(row), partial(self._delivery, place, row)) for row in waiting.deliveries
            ]
        return [step for _, step in sorted(found, key=itemgetter(0))]

    async def step(self) -> bool:
        """One of the things that could happen next; False when nothing is left."""
        self.tick()
        found = self.steps()
        if not found:
            return False
        hurried = self.dice.random() < self.haste
        await (found[-1] if hurried else self.dice.choice(found))()
        return True

    async def _event(self, place: Place) -> None:
        await outbox.work_off(place.server.runtime, limit=self.dice.randint(1, 3))

    async def _claim(self, place: Place) -> None:
        place.claimed += await jobs.claim(place.server.runtime, self.dice.randint(1, 4))

    async def _job(self, place: Place, job: JobRow) -> None:
        self.tell(f"{place.name} runs {job.kind} {job.key or ''}")
        if job in place.claimed:
            place.claimed.remove(job)
            place.ran.append(job)
        await jobs.run(place.server.context, job)

    async def _delivery(self, place: Place, delivery_id: int) -> None:
        pending = await place.pending()
        [row] = [row for row in pending if row.id == delivery_id]
        if self.lanes:
            row = next(older for older in pending if older.host == row.host)
        await self.deliver(place, row)

    async def work(self, place: Place) -> None:
        """A server does all it can without sending anything."""
        self.tick()
        while place.waiting().events:
            await outbox.work_off(place.server.runtime)
        for job in await jobs.claim(place.server.runtime, 100):
            await self._job(place, job)
            await self.work(place)

    async def pass_on(self, place: Place, kind: str, *, newest: bool = False) -> None:
        """Make the first, or the last, of the deliveries of one kind that wait."""
        found = [row for row in await place.pending() if row.kind == kind]
        assert found, f"no {kind} waits at {place.name}"
        self.tick()
        await self.deliver(place, found[-1 if newest else 0])

    async def deliver(self, place: Place, row: DeliveryRow, *, note_it: bool = True) -> None:
        """Make one delivery; without ``note_it`` its sender never hears that it arrived."""
        runtime = place.server.runtime
        self.tell(f"{place.name} delivers {row.kind} {row.uri} to {row.inbox}")
        key = await runtime.keys.rsa(row.signer_id)
        result = await runtime.client.post(row.inbox, row.body.encode(), key=key)
        if self.refusals and 400 <= result.status < 500:
            now, status = self.clock.at, result.status
            await runtime.store.write(
                lambda tx: deliveries.refused(tx, row, now=now, status=status, error="refused")
            )
            return
        assert 200 <= result.status < 300, (result, row)
        if row not in place.sent:
            place.sent.append(row)
        if note_it:
            now = self.clock.at
            await runtime.store.write(
                lambda tx: deliveries.delivered(tx, row, now=now, status=result.status)
            )

    async def again(self) -> None:
        """Something that was done is done once more: an old delivery or job, or a lost answer."""
        place = self.dice.choice(list(self.places.values()))
        match self.dice.randint(0, 2):
            case 0 if place.sent:
                await self.deliver(place, self.dice.choice(place.sent))
            case 1 if place.ran:
                await self._job(place, self.dice.choice(place.ran))
            case _:
                pending = await place.pending()
                if pending:
                    await self.deliver(place, self.dice.choice(pending), note_it=False)

    async def lose(self) -> None:
        """Something never arrives: its receiver was away for longer than anybody tries."""
        place = self.dice.choice(list(self.places.values()))
        pending = await place.pending()
        if pending:
            row = self.dice.choice(pending)
            self.tell(f"{place.name} gives up {row.kind} {row.uri} to {row.inbox}")
            given_up = update(Delivery).where(Delivery.id == row.id).values(state="given_up")
            await place.server.runtime.store.write(lambda tx: tx.execute(given_up).rowcount)

    async def restart(self) -> None:
        """One of the servers is stopped, with all it had taken on, and started again."""
        if self._inside:  # somebody waits for an answer of one of them
            return
        place = self.dice.choice(list(self.places.values()))
        self.tell(f"{place.name} is started again")
        often = place.client.meanwhile is not None
        await place.restart(self.clock)
        interrupted(self, often=often)

    async def periodic(self) -> None:
        """One of the servers looks at the time."""
        place = self.dice.choice(list(self.places.values()))
        self.tell(f"{place.name} looks at the time")
        await jobs.periodic(place.server.context)

    async def meanwhile(self) -> None:
        """What happens while somebody waits for an answer from the network."""
        if self._inside:
            return
        self._inside = True
        try:
            for _ in range(self.dice.choice((0, 0, 1, 3))):
                await self.step()
        finally:
            self._inside = False

    async def drain(self) -> None:
        """Go on until nothing is left to do but what is far in the future."""
        looked = False
        for _ in range(2000):
            if await self.step():
                looked = False
                continue
            times = [place.waiting().run_at for place in self.places.values()]
            soon = [at for at in times if at is not None and at <= self.clock.at + SOON]
            if soon:
                self.clock.at = max(self.clock.at, *soon)
            elif looked:
                return
            for place in self.places.values():
                await jobs.periodic(place.server.context)
            looked = True
        raise AssertionError("it does not come to an end")


def settings_of(folder: Path, name: str, port: int) -> Settings:
    """Generous where the number of invites is concerned: all runs share the servers."""
    return Settings(
        data=folder,
        development=True,
        base_url=f"http://127.0.0.1:{port}",
        listen_host="127.0.0.1",
        listen_port=port,
        database=f"sqlite:///{folder / 'cotweet.sqlite3'}",
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
    )


@asynccontextmanager
async def open_places(folder: Path, cast: Mapping[str, Sequence[str]]) -> AsyncIterator[World]:
    """Servers by name, each with its people, who let anyone invite them."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(Worker, "start", lambda _: None)
        places = {
            name: await stack.enter_async_context(_open(folder / name, name, people, clock))
            for name, people in cast.items()
        }
        yield World(places, clock, random.Random(0))


@asynccontextmanager
async def _open(
    folder: Path, name: str, people: Sequence[str], clock: Clock
) -> AsyncIterator[Place]:
    settings = settings_of(folder, name, free_port())
    store = await app.prepare(settings)
    env = Env(Addresses(settings.base_url), clock=clock)
    for username in people:
        keys = accounts.make_keys()

        def make(tx: Tx, username: str = username, keys: accounts.KeyPairs = keys) -> None:
            made = accounts.create_account(tx, env, username=username, keys=keys)
            accounts.set_invite_policy(tx, env, made, "anyone")

        await store.write(make)
    await store.close()
    database = create_engine(settings.database, poolclass=StaticPool)
    async with AsyncExitStack() as serving:
        yield Place(name, await _serve(settings, clock, serving), database, serving)
    database.dispose()


async def _serve(settings: Settings, clock: Clock, serving: AsyncExitStack) -> app.Server:
    server = app.build(settings, open_store(settings.database), clock)
    await server.runtime.client.close()
    server.runtime.client = _client(settings, clock)
    await server.runtime.anonymous.close()
    server.runtime.anonymous = _client(settings, clock)
    await serving.enter_async_context(app.running(server))
    return server


def _client(settings: Settings, clock: Clock) -> InterruptedClient:
    return InterruptedClient(f"test/1 (+{settings.base_url}/)", AddressPolicy(True), clock)


def interrupted(world: World, *, often: bool = True) -> None:
    """Let other things happen while servers fetch, or let them not."""
    for place in world.places.values():
        for client in (place.server.runtime.client, place.server.runtime.anonymous):
            assert isinstance(client, InterruptedClient)
            client.meanwhile = world.meanwhile if often else None


async def local_id(place: Place, name: str) -> int:
    """The id of somebody's account."""
    found = await place.read(lambda tx: actors.account_by_name(tx, name))
    assert found is not None
    return found.id


async def follow(world: World, who: str, whom: str) -> None:
    """Somebody follows somebody, each given as ``place/name``, and is accepted."""
    (home, _, name), (other, _, followed) = who.partition("/"), whom.partition("/")
    place = world.places[home]
    me = await local_id(place, name)
    actor = await place.actor(world.places[other].uri(followed))
    await place.write(lambda tx: follows.follow(tx, place.env, me, actor))
    await world.drain()


def rows_of(tx: Tx, model: type[M], *where: Any) -> list[M]:
    """The rows of a table, by id."""
    order = model.__table__.primary_key
    return [model(**r._mapping) for r in tx.execute(select(model).where(*where).order_by(*order))]
