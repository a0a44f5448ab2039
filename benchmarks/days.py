"""What dead servers cost over days: the real courier and database, a clock that is moved.

Only the posting is scripted: who is alive answers 202, the dead do not answer. A post goes to all
of them every five minutes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import text

from activitypub.shell.client import PostResult
from benchmarks.instance import add_follow, add_stranger
from fedi_cotweet.app import prepare
from fedi_cotweet.configuration import load
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.federation.delivery import Courier
from fedi_cotweet.federation.runtime import Keys, Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing, enqueue
from fedi_cotweet.services import accounts
from fedi_cotweet.services.env import Addresses, Env
from storage.engine import Tx
from storage.queries import deliveries

START = 1_795_168_800_000
LIVING, DEAD = 20, 5
EVERY = 5 * MINUTE
SHARE = 0.01

_NEXT = text(
    """SELECT min(max(d.next_at, coalesce(h.next_try_at, 0)))
    FROM (SELECT host, min(next_at) AS next_at
          FROM deliveries WHERE state = 'pending' GROUP BY host) d
    LEFT JOIN hosts h ON h.host = d.host"""
)


@dataclass
class Post:
    """Stands for the network."""

    tried: Counter[tuple[str, int]] = field(default_factory=Counter)
    hour: int = 0
    back: bool = False
    """Whether the dead are alive again."""
    arrived: list[str] = field(default_factory=list)

    async def post(self, inbox: str, body: bytes, *, key: object, headers: object) -> PostResult:
        dead = "//dead" in inbox
        self.tried["dead" if dead else "living", self.hour] += 1
        if dead and not self.back:
            return PostResult(0, error="timeout")
        if dead:
            self.arrived.append(inbox)
        return PostResult(202)


@dataclass
class Days:
    """Time passes."""

    runtime: Runtime
    courier: Courier
    network: Post
    alice: int
    now: int = START
    number: int = 0

    async def publish(self) -> int:
        """A post to everybody; to how many it goes."""
        self.number += 1
        uri = f"{self.runtime.settings.base_url}/notes/{self.number}"
        made = Outgoing(
            uri=f"{uri}/activity",
            actor_id=self.alice,
            kind="Create",
            body="{}",
            audience=Audience(followers_of=(self.alice,)),
            object_uri=uri,
            public=True,
        )
        return await self.runtime.write(lambda tx: enqueue(tx, self.runtime.env, made))

    async def deliver(self) -> None:
        """Whatever is due at this moment."""
        while True:
            started = await self.courier.once()
            await self.courier.idle()
            if not started:
                return

    async def until(self, end: int) -> None:
        """Move from one thing that is due to the next."""
        while self.now < end:
            soon = await self.runtime.store.read(lambda tx: tx.execute(_NEXT).scalar())
            post_at = START + -(-(self.now + 1 - START) // EVERY) * EVERY
            self.now = min(end, max(self.now, min(soon or end, post_at)))
            self.network.hour = (self.now - START) // HOUR
            if self.now == post_at:
                await self.publish()
            await self.deliver()


def show_days(folder: Path, days: int) -> None:
    """Run it and print what the dead cost, by the hour and by the day."""
    print(
        f"\nA simulated clock: {LIVING} living, {DEAD} dead servers, a post to all every 5 minutes"
    )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(_run(folder, days))


async def _run(folder: Path, days: int) -> None:
    settings = load(
        folder / "data", options={"development": True, "listen_port": 1}, environment={}
    )
    store = await prepare(settings)
    network = Post()
    holder: list[Days] = []
    env = Env(Addresses(settings.base_url), clock=lambda: holder[0].now if holder else START)
    keys = accounts.make_keys()

    def fill(tx: Tx) -> int:
        alice = accounts.create_account(tx, env, username="alice", keys=keys)
        for number in range(LIVING + DEAD):
            host = f"{'living' if number < LIVING else 'dead'}{number}.example"
            uri = f"https://{host}/users/fan"
            inbox = f"https://{host}/inbox"
            stranger = add_stranger(tx, env, uri, host, inbox=f"{uri}/inbox", shared_inbox=inbox)
            add_follow(tx, env, stranger, alice)
        return alice

    alice = await store.write(fill)
    client = cast("Any", network)
    runtime = Runtime(settings, env, store, client, client, Keys(store, env))
    run = Days(runtime, Courier(runtime), network, alice)
    holder.append(run)
    for day in range(days):
        await run.until(START + (day + 1) * DAY)
        if day == 0:
            _print_hours(network.tried)
        _print_share(
            network.tried,
            f"day {day + 1}" + (", after its first hour" * (not day)),
            range(max(1, day * 24), (day + 1) * 24),
        )
    await _comes_back(run)
    await run.courier.stop()
    await store.close()


def _shares(tried: Counter[tuple[str, int]], hours: range) -> Iterator[int]:
    for kind in ("dead", "living"):
        yield sum(tried[kind, hour] for hour in hours)


def _print_hours(tried: Counter[tuple[str, int]]) -> None:
    for hour in range(12):
        dead, living = _shares(tried, range(hour, hour + 1))
        share = 100 * dead / (dead + living)
        print(
            f"  hour {hour + 1:>2}: {dead:>3} of {dead + living:,} were to the dead ({share:.2f} %)"
        )


def _print_share(tried: Counter[tuple[str, int]], name: str, hours: range) -> None:
    dead, living = _shares(tried, hours)
    share = dead / (dead + living)
    print(f"  {name}: {dead} of {dead + living:,} ({100 * share:.2f} %)")
    if share >= SHARE:
        raise SystemExit(f"NOT SO: the dead cost {100 * share:.2f} % of the work in {name}")


async def _comes_back(run: Days) -> None:
    """A signed request comes from one of those that were suspended."""
    run.network.back = True
    reached = await run.publish()
    await run.deliver()
    if run.now - START >= 8 * DAY and reached != LIVING:
        raise SystemExit(f"NOT SO: a post went to {reached - LIVING} suspended servers")
    host, now = f"dead{LIVING}.example", run.now
    await run.runtime.store.write(lambda tx: deliveries.reset_host(tx, host, now))
    before = len(run.network.arrived)
    await run.publish()
    await run.deliver()
    print(
        f"  suspended servers that a post goes to: {reached - LIVING}; after one of them has sent"
        f" something: {len(set(run.network.arrived[before:]))}"
    )
