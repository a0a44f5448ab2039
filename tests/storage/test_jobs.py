import asyncio
from itertools import chain
from typing import Any

import pytest

from storage.engine import Store, open_store
from storage.queries import jobs
from storage.queries.jobs import JobRow
from tests.databases import one_value

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def put(store: Store, number: int, run_at: int = 0, **more: Any) -> None:
    values = {"kind": "fetch", "payload": {"n": number}, "now": 0, **more}
    await store.write(lambda tx: jobs.put(tx, id=number, run_at=run_at, **values))


async def claim(store: Store, now: int, limit: int = 10, **more: Any) -> list[JobRow]:
    return await store.write(lambda tx: jobs.claim(tx, now=now, limit=limit, lease_ms=100, **more))


async def test_jobs_come_when_they_are_due_earliest_first(store: Store) -> None:
    for number, run_at in ((1, 30), (2, 10), (3, 20), (4, 99)):
        await put(store, number, run_at)
    found = await claim(store, now=30)
    assert [job.id for job in found] == [2, 3, 1]
    assert found[0].payload == {"n": 2}
    assert found[0].attempts == 1


async def test_a_claimed_job_is_nobody_elses_until_its_lease_runs_out(store: Store) -> None:
    await put(store, 1)
    assert len(await claim(store, now=0)) == 1
    assert await claim(store, now=99) == []
    (again,) = await claim(store, now=100)
    assert again.attempts == 2


async def test_a_worker_takes_only_the_kinds_it_knows(store: Store) -> None:
    await put(store, 1, kind="media")
    await put(store, 2, kind="fetch")
    assert [job.id for job in await claim(store, now=0, kinds=["fetch", "other"])] == [2]
    assert [job.id for job in await claim(store, now=0, kinds=["media"])] == [1]


async def test_a_job_done_is_gone(store: Store) -> None:
    await put(store, 1)
    (job,) = await claim(store, now=0)
    assert await store.write(lambda tx: jobs.done(tx, job))
    assert await one_value(store, "SELECT 1 FROM jobs WHERE id = 1") is None


async def test_a_failed_job_comes_back_later(store: Store) -> None:
    await put(store, 1)
    (job,) = await claim(store, now=0)
    await store.write(lambda tx: jobs.retry(tx, job, run_at=500, error="no answer"))
    assert await claim(store, now=499) == []
    assert len(await claim(store, now=500)) == 1
    assert await one_value(store, "SELECT error FROM jobs WHERE id = 1") == "no answer"


async def test_the_rest_of_a_job_comes_later_as_if_for_the_first_time(store: Store) -> None:
    await put(store, 1)
    (job,) = await claim(store, now=0)
    await store.write(lambda tx: jobs.go_on(tx, job, run_at=500))
    assert await claim(store, now=499) == []
    (rest,) = await claim(store, now=500)
    assert (rest.id, rest.attempts) == (1, 1)
    # Whoever was too slow does not put off what another runs by now.
    await store.write(lambda tx: jobs.go_on(tx, job, run_at=900))
    assert await store.write(lambda tx: jobs.done(tx, rest))


async def test_the_same_key_is_one_job_at_the_earlier_time(store: Store) -> None:
    await put(store, 1, 50, key="a")
    await put(store, 2, 20, key="a")
    await put(store, 3, 90, key="a")
    await put(store, 4, 90, key="b")
    found = await claim(store, now=100)
    assert [(job.id, job.run_at, job.payload) for job in found] == [
        (1, 20, {"n": 3}),
        (4, 90, {"n": 4}),
    ]


@pytest.mark.parametrize("ending", ["done", "failed"])
async def test_a_job_put_again_while_it_runs_runs_once_more(store: Store, ending: str) -> None:
    await put(store, 1, key="a")
    (job,) = await claim(store, now=0)
    await put(store, 2, 5, key="a", now=5)
    await put(store, 3, 5, key="a", now=6)
    if ending == "done":
        assert not await store.write(lambda tx: jobs.done(tx, job))
    else:
        await store.write(lambda tx: jobs.retry(tx, job, run_at=9999, error="x"))
    (again,) = await claim(store, now=7)
    assert (again.id, again.payload) == (1, {"n": 3})
    assert await store.write(lambda tx: jobs.done(tx, again))


async def test_a_worker_that_was_too_slow_does_not_end_the_job_of_the_next(store: Store) -> None:
    await put(store, 1)
    (slow,) = await claim(store, now=0)
    (quick,) = await claim(store, now=100)
    assert not await store.write(lambda tx: jobs.done(tx, slow))
    await store.write(lambda tx: jobs.retry(tx, slow, run_at=0, error="late"))
    assert await claim(store, now=150) == []
    assert await store.write(lambda tx: jobs.done(tx, quick))


async def test_what_is_due_or_under_way_is_counted_up_to_a_bound(store: Store) -> None:
    for number, run_at in ((1, 0), (2, 10), (3, 20), (4, 21)):
        await put(store, number, run_at)
    await claim(store, now=0)
    assert await store.read(lambda tx: jobs.count_due(tx, 20, 9)) == 3
    assert await store.read(lambda tx: jobs.count_due(tx, 20, 2)) == 2
    assert await store.read(lambda tx: jobs.count_due(tx, -1, 9)) == 0


async def test_workers_never_share_a_job(store: Store) -> None:
    for number in range(60):
        await put(store, number)
    others = [store, open_store(store.url)]

    async def worker(place: Store) -> list[int]:
        mine: list[int] = []
        while found := await claim(place, now=0, limit=5):
            mine += [job.id for job in found]
        return mine

    shares = await asyncio.gather(*(worker(place) for place in others * 3))
    await others[1].close()
    assert sorted(chain.from_iterable(shares)) == list(range(60))


async def test_what_a_killed_process_held_is_let_go(store: Store) -> None:
    await put(store, 1)
    await put(store, 2, run_at=500)
    assert [row.id for row in await claim(store, now=10)] == [1]
    assert await claim(store, now=11) == []
    assert await store.write(lambda tx: jobs.release_all(tx, 12)) == 1
    assert [row.id for row in await claim(store, now=12)] == [1]
