"""Sends ready requests over kept connections, cheaply: the load has to share the CPUs."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Outcome:
    """Answers by status, and how long they took from the first octet to the last answer."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    """Seconds from each request to the end of its answer."""


async def send(
    requests: Sequence[bytes], port: int, *, connections: int, limit_s: float
) -> Outcome:
    """Send ``requests`` to a port of loopback, each connection one after the other.

    Nothing new is begun after ``limit_s`` seconds. Raises what a broken connection raises.
    """
    outcome = Outcome()
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    waiting = iter(requests)
    begin = time.perf_counter()
    try:
        await asyncio.gather(
            *(
                _one_by_one(reader, writer, waiting, begin + limit_s, outcome)
                for reader, writer in streams
            )
        )
        outcome.seconds = time.perf_counter() - begin
    finally:
        for _, writer in streams:
            writer.close()
    return outcome


async def _one_by_one(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    waiting: Iterator[bytes],
    end: float,
    outcome: Outcome,
) -> None:
    while time.perf_counter() < end and (request := next(waiting, None)) is not None:
        begin = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        outcome.statuses[int(head[9:12])] += 1
        length = _length(head)
        if length:
            await reader.readexactly(length)
        outcome.waits.append(time.perf_counter() - begin)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
