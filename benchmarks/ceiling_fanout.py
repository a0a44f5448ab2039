"""As little as delivery can do: sign, post, next. Nothing is stored, nothing could be retried.

``python -m benchmarks.ceiling_fanout`` reads a JSON plan from standard input (``inboxes`` and
``warm`` are addresses, ``key`` is PEM, ``body`` text) and prints ``{"seconds", "cpu_seconds"}`` of
the measured part.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable

import aiohttp

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import SigningKey, load_private
from activitypub.vocab.terms import ACTIVITY_JSON

AT_ONCE = 32
PER_HOST = 4


async def deliver(
    session: aiohttp.ClientSession, inboxes: Iterable[str], body: bytes, key: SigningKey
) -> None:
    """Post ``body`` to every inbox, signed for each; connections are kept."""
    waiting = iter(inboxes)

    async def work() -> None:
        for inbox in waiting:
            headers = sign_cavage(
                "POST",
                inbox,
                body,
                key,
                time.time_ns() // 1_000_000,
                {"Content-Type": ACTIVITY_JSON, "User-Agent": "ceiling"},
            )
            async with session.post(inbox, data=body, headers=headers) as response:
                await response.read()
                response.raise_for_status()

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def main(plan: dict[str, object]) -> dict[str, float]:
    """Warm up, deliver, say how long it took."""
    key = SigningKey("http://127.0.0.1/actor#main-key", load_private(str(plan["key"])))
    body = str(plan["body"]).encode()
    warm, inboxes = plan["warm"], plan["inboxes"]
    assert isinstance(warm, list)
    assert isinstance(inboxes, list)
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=PER_HOST, keepalive_timeout=75)
    async with aiohttp.ClientSession(connector=connector) as session:
        await deliver(session, warm, body, key)
        begin, used = time.perf_counter(), time.process_time()
        await deliver(session, inboxes, body, key)
        return {
            "seconds": time.perf_counter() - begin,
            "cpu_seconds": time.process_time() - used,
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
