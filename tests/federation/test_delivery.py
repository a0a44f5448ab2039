"""The courier and servers that are slow or dead. Only the posting is scripted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from activitypub.shell.client import PostResult
from fedi_cotweet.domain.limits import DAY, SECOND
from fedi_cotweet.federation import delivery
from fedi_cotweet.federation.delivery import GIVE_UP_AFTER, LEASE, Courier
from fedi_cotweet.federation.runtime import Keys, Runtime
from storage import migrations
from storage.engine import Store, Tx, open_store
from storage.queries import deliveries
from storage.queries.deliveries import ActivityRow, DeliveryRow, NewDelivery
from tests.services.story import Story, begin
from tests.sites import Clock

SLOW = "slow.example"


@dataclass
class Client:
    """Says what the server answers, how long that takes and what happens meanwhile."""

    clock: Clock
    answer: PostResult = field(default_factory=lambda: PostResult(202))
    takes: int = 0
    meanwhile: Callable[[], Awaitable[None]] | None = None
    sent: list[str] = field(default_factory=list)

    async def post(self, inbox: str, body: bytes, *, key: object, headers: object) -> PostResult:
        self.sent.append(inbox)
        self.clock.now += self.takes
        if self.meanwhile is not None:
            await self.meanwhile()
        return self.answer


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'courier.db'}"
    await migrations.upgrade(url)
    opened = open_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def story(store: Store, tmp_path: Path) -> Story:
    story = begin(store, tmp_path)
    await story.people_move_in()
    return story


async def enqueue(story: Story, *ages: int) -> None:
    """Deliveries by alice to people of the slow server, each this old."""
    alice, now = story.ids["alice"], story.clock.now

    def run(tx: Tx) -> None:
        activity = ActivityRow(1, "https://x.example/1", alice, "Like", None, "{}", None, True, now)
        deliveries.add_activity(tx, activity)
        deliveries.enqueue(
            tx,
            [
                NewDelivery(n, 1, alice, f"https://{SLOW}/inbox/{n}", SLOW, False, now - age)
                for n, age in enumerate(ages, 1)
            ],
        )

    await story.world.site.store.write(run)


def runtime_of(story: Story, client: object) -> Runtime:
    """What a courier needs; only ``client`` is scripted."""
    site = story.world.site
    return Runtime(
        settings=site.settings,
        env=site.env,
        store=site.store,
        client=cast("Any", client),
        anonymous=cast("Any", client),
        keys=Keys(site.store, site.env),
    )


async def work(story: Story, client: Client) -> None:
    """One round of the courier, to its end."""
    runtime = runtime_of(story, client)
    assert await Courier(runtime).once() > 0
    await runtime.bells.deliveries.wait()


async def test_nobody_else_takes_what_a_slow_server_is_still_to_get(story: Story) -> None:
    await enqueue(story, 0, 0, 0, 0, 0, 0)
    taken: list[DeliveryRow] = []

    async def another_process_looks() -> None:
        now = story.clock.now
        taken.extend(
            await story.world.site.store.write(
                lambda tx: deliveries.claim_due(
                    tx, now=now, limit=10, lease_ms=LEASE, per_host_limit=10
                )
            )
        )

    client = Client(story.clock, takes=50 * SECOND, meanwhile=another_process_looks)
    await work(story, client)
    assert len(client.sent) == 6
    assert taken == []


async def test_the_backlog_of_a_dead_server_goes_at_once(story: Story) -> None:
    await enqueue(story, GIVE_UP_AFTER + 1, GIVE_UP_AFTER, DAY, 0)
    client = Client(story.clock, PostResult(0, error="timeout"))
    await work(story, client)
    assert len(client.sent) == 1
    numbers = await story.world.site.store.read(deliveries.counts)
    assert (numbers["given_up"], numbers["pending"]) == (2, 2)


async def test_a_refusal_of_one_is_not_the_end_of_the_others(story: Story) -> None:
    await enqueue(story, GIVE_UP_AFTER + 1, GIVE_UP_AFTER + 1, 0)
    client = Client(story.clock, PostResult(403))
    await work(story, client)
    assert len(client.sent) == 3
    numbers = await story.world.site.store.read(deliveries.counts)
    assert (numbers["refused"], numbers["given_up"]) == (3, 0)


async def test_servers_that_take_long_to_answer_hold_up_no_others(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLOW_AFTER", 0.01)
    monkeypatch.setattr(delivery, "PATIENCE", 4)
    answer, sent = asyncio.Event(), set()

    class Patient:
        async def post(
            self, inbox: str, body: bytes, *, key: object, headers: object
        ) -> PostResult:
            sent.add(inbox)
            if "slow" in inbox:
                await answer.wait()
            return PostResult(202)

    alice, now = story.ids["alice"], story.clock.now
    hosts = [f"slow{n}.example" for n in range(9)] + ["well.example"]

    def run(tx: Tx) -> None:
        activity = ActivityRow(1, "https://x.example/1", alice, "Like", None, "{}", None, True, now)
        deliveries.add_activity(tx, activity)
        rows = [
            NewDelivery(n, 1, alice, f"https://{host}/inbox", host, False, now)
            for n, host in enumerate(hosts, 1)
        ]
        deliveries.enqueue(tx, rows)

    await story.world.site.store.write(run)
    runtime = runtime_of(story, Patient())
    courier = Courier(runtime, concurrency=2)
    async with asyncio.timeout(10):
        while len(sent) < 8:
            runtime.bells.deliveries.clear()
            await courier.once()
            await runtime.bells.deliveries.wait()
    # Two at a time, but at most eight that wait; then nobody more is asked.
    assert await courier.once() == 0
    answer.set()
    async with asyncio.timeout(10):
        while len(sent) < 10:
            await courier.once()
            await asyncio.sleep(0.01)
        assert "https://well.example/inbox" in sent
    await courier.stop()
    assert await courier.once() == 0
