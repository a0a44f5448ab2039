"""The work behind the requests: events, jobs, deliveries and what time makes due.

Everything is in the database; the loops here only work it off. They are woken by bells and look
every second anyway, so that a lost wake-up costs a second and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from fedi_cotweet.federation import jobs, outbox
from fedi_cotweet.federation.delivery import Courier
from fedi_cotweet.federation.handlers import Context
from fedi_cotweet.services import returning
from storage.engine import Tx
from storage.queries import deliveries
from storage.queries import jobs as stored_jobs

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.worker")

LOOK_EVERY = 1.0
PERIODIC_EVERY = 15.0
JOBS_AT_ONCE = 16
ASIDE = frozenset({"crawl", "push"})
"""Jobs that wait for one server of a stranger's choice; they have bounds of their own."""


@dataclass(slots=True)
class Worker:
    """All loops of one process. ``start`` in the loop they shall run in, ``stop`` to end them."""

    context: Context
    courier: Courier
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _aside: set[asyncio.Task[None]] = field(default_factory=set)
    """Jobs of ``ASIDE``: they take nobody's place."""

    async def take_over(self) -> None:
        """Let go of what a killed process had begun, so that nothing waits for its leases.

        With SQLite this process is the only worker. With PostgreSQL others may be at work: leases
        run out. After days without any process other servers are told that there is one again.
        """
        runtime = self.context.runtime
        if await runtime.write(lambda tx: returning.begin(tx, runtime.env)):
            log.info("back_after_days")
        if runtime.store.shared:
            return
        now = runtime.env.now()

        def transaction(tx: Tx) -> int:
            return stored_jobs.release_all(tx, now) + deliveries.release_all(tx)

        left = await runtime.store.write(transaction)
        if left:
            log.info("work_taken_over", items=left)

    def start(self) -> None:
        """Begin to work."""
        bells = self.context.runtime.bells
        self._tasks = [
            asyncio.create_task(self._loop("outbox", bells.outbox, self._outbox)),
            asyncio.create_task(self._loop("jobs", bells.jobs, self._jobs)),
            asyncio.create_task(self._loop("deliveries", bells.deliveries, self.courier.once)),
            asyncio.create_task(self._periodic()),
        ]

    async def stop(self) -> None:
        """Stop at once: what was begun is begun again next time."""
        # Again and again: a task that is cancelled in the moment in which what it waits for happens
        # may go on (asyncio.wait_for, before Python 3.12).
        while pending := {task for task in self._all() if not task.done()}:
            for task in pending:
                task.cancel()
            await asyncio.wait(pending, timeout=0.5)
        await self.courier.stop()

    def _all(self) -> set[asyncio.Task[None]]:
        return {*self._tasks, *self._running, *self._aside}

    async def _loop(
        self, name: str, bell: asyncio.Event, step: Callable[[], Awaitable[int]]
    ) -> None:
        while True:
            bell.clear()
            try:
                busy = await step()
            except Exception:
                log.exception("worker_step_failed", loop=name)
                await asyncio.sleep(LOOK_EVERY)
                continue
            if not busy:
                # Not wait_for, which in Python 3.11 loses a cancellation that meets the bell: the
                # server would never stop.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):
                        await bell.wait()

    async def _outbox(self) -> int:
        return await outbox.work_off(self.context.runtime)

    async def _jobs(self) -> int:
        room = JOBS_AT_ONCE - len(self._running)
        if room <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return 1
        found = await jobs.claim(self.context.runtime, room)
        for job in found:
            task = asyncio.create_task(jobs.run(self.context, job))
            (self._aside if job.kind in ASIDE else self._running).add(task)
            task.add_done_callback(self._ended)
        return len(found)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._aside.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("job_crashed", error=repr(task.exception()))

    async def _periodic(self) -> None:
        while True:
            try:
                await jobs.periodic(self.context)
            except Exception:
                log.exception("periodic_failed")
            await asyncio.sleep(PERIODIC_EVERY)
