"""Whole servers whose every step is made by hand: nothing happens by itself, time stands still.

Each server is the real application on its own SQLite file, listening on loopback. Its workers do
not run; instead ``World`` picks what happens next: an event becomes activities, a job runs, one
delivery is made by a real signed request to the other's inbox, or is made again. So one random
number decides the order of everything, and a run can be repeated by its seed.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import update

from fedi_cotweet.domain.ids import time_of
from fedi_cotweet.domain.limits import HOUR, MINUTE, SECOND
from fedi_cotweet.federation import jobs, outbox
from fedi_cotweet.services import follows
from fedi_cotweet.worker import Worker
from storage.models import Delivery
from storage.queries import deliveries
from storage.queries.deliveries import DeliveryRow
from storage.queries.jobs import JobRow
from tests.e2e.places import (
    InterruptedClient,
    Place,
    Step,
    local_id,
    settings_of,
    settle,
)
from tests.federation.here import START, Clock
from tests.migrated import DATABASE
from tests.ports import free_port


def sequences(fifths: int, otherwise: int) -> int:
    """How many random runs: a share of those asked for, or as many as the plain run has."""
    return int(os.environ.get("COTWEET_SEQUENCES", "0")) * fifths // 5 or otherwise


RUNS_TOGETHER = 25
"""So many runs of a test have the same servers, one after the other."""
SOON = 20 * MINUTE
"""Draining waits this long for a job that is to run later."""


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
    _runs: int = 0
    _first: int = 0
    """What time it was when the first run began."""
    _seen: object = None

    async def begin_run(self, seed: int) -> None:
        """Now and then the servers forget all runs and are as they were before the first.

        Else every run would be slower than the one before: what was published is looked at again
        for weeks, and a run of months has many weeks.
        """
        if self._runs % RUNS_TOGETHER == 0:
            await self._go_back()
        self._runs += 1
        self._seen = None
        self.dice = random.Random(seed)
        self.story.clear()

    async def _go_back(self) -> None:
        for name, place in self.places.items():
            await place.close()
            settings = place.server.settings
            database, first = settings.data / DATABASE, settings.data / "first.sqlite3"
            if self._runs == 0:
                shutil.copyfile(database, first)
                self._first = self.clock.at
            else:
                shutil.copyfile(first, database)
                self.clock.at = self._first
            self.places[name] = await Place.open(settings, self.clock)

    def changed(self) -> bool:
        """Whether a server wrote something, or an hour passed, since this was asked last."""
        now = [place.version() for place in self.places.values()], self.clock.at // HOUR
        before, self._seen = self._seen, now
        return before != now

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
            found = [place.waiting() for place in self.places.values()]
            times = [at for waiting in found for at in (waiting.run_at, waiting.tell_at)]
            soon = [at for at in times if at is not None and at <= self.clock.at + SOON]
            if soon:
                self.clock.at = max(self.clock.at, *soon)
            elif looked:
                return
            for place in self.places.values():
                await jobs.periodic(place.server.context)
            looked = True
        raise AssertionError("it does not come to an end")


@asynccontextmanager
async def open_places(
    folder: Path, cast: Mapping[str, Sequence[str]], **others: Any
) -> AsyncIterator[World]:
    """Servers by name, each with its people, who let anyone invite them.

    ``others`` are settings by name, instead of those of ``settings_of``.
    """
    clock = Clock()
    with patch.object(Worker, "start", lambda _: None):
        places = {}
        for name, people in cast.items():
            settings = replace(settings_of(folder / name, name, free_port()), **others)
            await settle(settings, people, clock)
            places[name] = await Place.open(settings, clock)
        world = World(places, clock, random.Random(0))
        try:
            yield world
        finally:
            for place in world.places.values():
                await place.close()


def interrupted(world: World, *, often: bool = True) -> None:
    """Let other things happen while servers fetch, or let them not."""
    for place in world.places.values():
        for client in (place.server.runtime.client, place.server.runtime.anonymous):
            assert isinstance(client, InterruptedClient)
            client.meanwhile = world.meanwhile if often else None


async def follow(world: World, who: str, whom: str) -> None:
    """Somebody follows somebody, each given as ``place/name``, and is accepted."""
    (home, _, name), (other, _, followed) = who.partition("/"), whom.partition("/")
    place = world.places[home]
    me = await local_id(place, name)
    actor = await place.actor(world.places[other].uri(followed))
    await place.write(lambda tx: follows.follow(tx, place.env, me, actor))
    await world.drain()
