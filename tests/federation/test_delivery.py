"""The courier and servers that are slow or dead. Only the posting is scripted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from activitypub.shell.client import PostResult
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE, SECOND, SUSPENDED_AFTER_DAYS
from fedi_cotweet.federation import delivery
from fedi_cotweet.federation.delivery import GIVE_UP_AFTER, LEASE, Courier
from fedi_cotweet.federation.runtime import Keys, Runtime
from storage import migrations
from storage.engine import Store, Tx, open_store
from storage.queries import deliveries, hosts
from storage.queries.deliveries import ActivityRow, DeliveryRow, NewDelivery
from storage.queries.hosts import HostRow
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
    """Deliveries by alice to people of one server, each this old."""
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


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 422, 501])
async def test_what_a_server_will_never_take_is_not_sent_again(story: Story, status: int) -> None:
    await enqueue(story, 0)
    network = Scripted(lambda _: PostResult(status))
    for _ in range(2):
        await deliver(story, network)
        story.clock.now += DAY
    assert network.sent == ["1"]
    assert (await host_of(story)).failures == 0


@pytest.mark.parametrize("status", [301, 401, 408, 425, 429, 500, 502, 503])
async def test_what_a_server_may_take_another_time_is_sent_again(story: Story, status: int) -> None:
    await enqueue(story, 0)
    network = Scripted(failing(status))
    for _ in range(3):
        await deliver(story, network)
        story.clock.now += MINUTE
    assert network.sent == ["1", "1"]


async def test_a_signature_refused_twice_is_refused_for_good(story: Story) -> None:
    await enqueue(story, 0)
    network = Scripted(lambda _: PostResult(401))
    for _ in range(4):
        await deliver(story, network)
        story.clock.now += HOUR
    assert network.sent == ["1", "1"]


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


def failing(*statuses: int, retry_after: int | None = None) -> Callable[[str], PostResult]:
    """What comes of one attempt after the other."""
    left = list(statuses)

    def answer(_: str) -> PostResult:
        status = left.pop(0) if left else 202
        return PostResult(status, retry_after_ms=retry_after if status in (429, 503) else None)

    return answer


@dataclass
class Scripted:
    """A network that answers as it is told."""

    answer: Callable[[str], PostResult]
    sent: list[str] = field(default_factory=list)

    async def post(self, inbox: str, body: bytes, *, key: object, headers: object) -> PostResult:
        self.sent.append(inbox.rpartition("/")[2])
        return self.answer(inbox)


async def host_of(story: Story) -> HostRow:
    """What is known of the server."""
    found = await story.world.site.store.read(lambda tx: hosts.get(tx, SLOW))
    assert found is not None
    return found


async def hear(story: Story) -> None:
    """Somebody of that server writes to us."""
    now = story.clock.now
    await story.world.site.store.write(lambda tx: deliveries.reset_host(tx, SLOW, now))


async def about(story: Story, *objects: str) -> None:
    """Activities by alice about these, to one inbox, in this order."""
    alice, now = story.ids["alice"], story.clock.now

    def run(tx: Tx) -> None:
        for n, uri in enumerate(objects, 1):
            one = ActivityRow(n, f"https://x.example/{n}", alice, "x", uri, "{}", None, True, now)
            deliveries.add_activity(tx, one)
            inbox = f"https://{SLOW}/{n}"
            deliveries.enqueue(tx, [NewDelivery(n, n, alice, inbox, SLOW, False, now)])

    await story.world.site.store.write(run)


async def deliver(story: Story, network: Scripted) -> None:
    """All that is due, to its end."""
    courier = Courier(runtime_of(story, network))
    while await courier.once():
        await courier.idle()


async def test_an_edit_does_not_overtake_what_it_edits(story: Story) -> None:
    await about(story, "note", "note", "other", "note")
    network = Scripted(failing(401))
    await deliver(story, network)
    assert network.sent == ["1", "3"]
    story.clock.now += 20 * SECOND
    await deliver(story, network)
    assert network.sent == ["1", "3", "1", "2", "4"]


async def test_one_delivery_that_always_fails_holds_up_nobody_for_long(story: Story) -> None:
    await about(story, "poison", "a", "b", "poison")
    network = Scripted(lambda inbox: PostResult(500 if inbox.endswith("/1") else 202))
    for _ in range(20):
        await deliver(story, network)
        story.clock.now += MINUTE
    assert [name for name in network.sent if name != "1"] == ["2", "3"]
    assert len(network.sent) <= 10


async def test_a_dead_server_is_tried_less_and_less_whatever_is_to_be_sent(story: Story) -> None:
    await enqueue(story, *[0] * 40)
    network = Scripted(lambda _: PostResult(0, error="connection_refused"))
    tries = []
    for _ in range(25):
        await deliver(story, network)
        tries.append(len(network.sent))
        story.clock.now += HOUR
    assert tries[0] == 1
    assert tries[-1] <= 14
    assert len(set(network.sent)) == len(network.sent), "not one forty times"


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_for_time_has_it_even_if_it_writes_to_us(
    story: Story, status: int
) -> None:
    await enqueue(story, 0, 0)
    network = Scripted(failing(status, retry_after=10 * MINUTE))
    await deliver(story, network)
    for _ in range(9):
        story.clock.now += MINUTE
        await hear(story)
        await deliver(story, network)
    assert network.sent == ["1"]
    story.clock.now += MINUTE
    await deliver(story, network)
    assert sorted(network.sent) == ["1", "1", "2"]
    assert (await host_of(story)).failing_days == 0


async def test_after_seven_days_a_server_is_suspended_and_tried_once_a_week(story: Story) -> None:
    network = Scripted(lambda _: PostResult(0, error="timeout"))
    for day in range(7):
        await enqueue_more(story, 10 * day)
        await deliver(story, network)
        assert (await host_of(story)).failing_days == day + 1
        story.clock.now += DAY
    numbers = await story.world.site.store.read(deliveries.counts)
    assert (numbers["pending"], numbers["given_up"]) == (0, 7)
    now = story.clock.now

    def suspended(tx: Tx, at: int) -> set[str]:
        return hosts.suspended(tx, [SLOW], at, SUSPENDED_AFTER_DAYS)

    assert await story.world.site.store.read(lambda tx: suspended(tx, now)) == {SLOW}
    assert await story.world.site.store.read(lambda tx: suspended(tx, now + 6 * DAY)) == set()
    assert await story.world.site.store.write(lambda tx: deliveries.reset_host(tx, SLOW, now))
    assert await story.world.site.store.read(lambda tx: suspended(tx, now)) == set()


async def enqueue_more(story: Story, first: int) -> None:
    """One more delivery to the server, due now."""
    alice, now = story.ids["alice"], story.clock.now
    uri = f"https://x.example/more/{first}"

    def run(tx: Tx) -> None:
        one = ActivityRow(first + 1, uri, alice, "Like", uri, "{}", None, True, now)
        deliveries.add_activity(tx, one)
        inbox = f"https://{SLOW}/inbox"
        deliveries.enqueue(tx, [NewDelivery(first, first + 1, alice, inbox, SLOW, False, now)])

    await story.world.site.store.write(run)


async def test_a_fault_of_ours_is_not_held_against_the_server(
    story: Story, quiet_log: list[Any]
) -> None:
    await about(story, "a", "b")

    def crash(inbox: str) -> PostResult:
        if inbox.endswith("/1"):
            raise RuntimeError("a bug")
        return PostResult(202)

    network = Scripted(crash)
    await deliver(story, network)
    assert network.sent == ["1", "2"]
    assert (await host_of(story)).failures == 0
    assert [event["event"] for event in quiet_log if "exc_info" in event] == ["delivery_crashed"]
    quiet_log.clear()


async def test_those_that_failed_leave_most_places_to_the_others(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLOW_AFTER", 0.01)
    monkeypatch.setattr(delivery, "PATIENCE", 4)
    alice, now, never = story.ids["alice"], story.clock.now, asyncio.Event()
    names = [f"ill{n}.example" for n in range(9)] + ["well.example"]

    def run(tx: Tx) -> None:
        one = ActivityRow(1, "https://x.example/1", alice, "Like", None, "{}", None, True, now)
        deliveries.add_activity(tx, one)
        for n, host in enumerate(names, 1):
            inbox = f"https://{host}/inbox"
            deliveries.enqueue(tx, [NewDelivery(n, 1, alice, inbox, host, False, now)])
            if "ill" in host:
                hosts.note_failure(tx, host, now=now, next_try_at=now)

    class Silent:
        sent: ClassVar[set[str]] = set()

        async def post(self, inbox: str, body: bytes, **_: object) -> PostResult:
            self.sent.add(inbox)
            if "ill" in inbox:
                await never.wait()
            return PostResult(202)

    await story.world.site.store.write(run)
    courier = Courier(runtime_of(story, Silent()), concurrency=2)
    async with asyncio.timeout(10):
        while "https://well.example/inbox" not in Silent.sent:
            await courier.once()
            await asyncio.sleep(0.005)
    assert len(Silent.sent) <= 4
    await courier.stop()
