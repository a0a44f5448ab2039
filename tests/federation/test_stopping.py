"""A server ends when it is told to."""

from __future__ import annotations

import asyncio

from tests.federation.cast import Cast


async def test_the_workers_stop_though_they_are_rung_at_that_moment(cast: Cast) -> None:
    server = cast.here.server
    await cast.here.settle()
    await asyncio.sleep(0.05)  # they wait for the bell
    server.runtime.bells.ring()
    async with asyncio.timeout(5):
        await server.worker.stop()
