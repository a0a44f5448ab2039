"""A slow push service takes turns from nobody else."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from fedi_cotweet.federation import push_lanes
from fedi_cotweet.federation.push_lanes import (
    AT_ONCE,
    AT_ONCE_TO_HOST,
    REST,
    NoTurnError,
    PushLanes,
)


async def test_one_host_has_few_of_all_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_lanes, "PATIENCE_S", 0.01)
    lanes = PushLanes()
    async with AsyncExitStack() as stack:
        for _ in range(AT_ONCE_TO_HOST):
            await stack.enter_async_context(lanes.turn("slow.example", 0))
        with pytest.raises(NoTurnError):
            await stack.enter_async_context(lanes.turn("slow.example", 0))
        for number in range(AT_ONCE - AT_ONCE_TO_HOST):
            await stack.enter_async_context(lanes.turn(f"{number}.example", 0))
        with pytest.raises(NoTurnError):
            await stack.enter_async_context(lanes.turn("other.example", 0))
    async with lanes.turn("slow.example", 0), lanes.turn("other.example", 0):
        pass
    assert lanes == PushLanes(lanes._all)


async def test_who_waits_for_a_host_that_does_not_answer_waits_no_longer() -> None:
    lanes = PushLanes()

    async def ask() -> int:
        try:
            async with lanes.turn("gone.example", 5):
                return 0
        except NoTurnError as error:
            return error.after

    async with AsyncExitStack() as stack:
        for _ in range(AT_ONCE_TO_HOST):
            await stack.enter_async_context(lanes.turn("gone.example", 0))
        waiting = asyncio.create_task(ask())
        await asyncio.sleep(0)
        lanes.rest("gone.example", 0)
    assert await waiting == REST - 5
    async with lanes.turn("gone.example", REST), lanes.turn("other.example", 0):
        lanes.rest("other.example", REST)
    assert set(lanes._resting) == {"other.example"}
