"""How soon a post reaches 200 open streams, and how soon a stream ends with its token.

``python -m benchmarks.streaming [--json]``; what it measures and how to read it: README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.instance import Instance, add_follow, make_data, up
from benchmarks.processes import cpu_seconds
from fedi_cotweet.services import tokens
from fedi_cotweet.services.env import Env
from storage.engine import Tx

STREAMING: Final = "/api/v1/streaming?stream=user"
MOST_MS: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, in milliseconds. ``last``: the last socket; ``median``: of all sockets."""

    sockets: int
    posts: int
    median_ms: float
    last_ms: float
    slowest_ms: float
    """The last socket of the slowest post."""
    closed_ms: float
    cpu_ms: float | None
    """Of the server, for each post with its call."""


@dataclass(slots=True)
class Reader:
    """A socket and when what came over it."""

    ws: aiohttp.ClientWebSocketResponse
    came: asyncio.Event
    """Set with each message, of any reader."""
    heard: list[tuple[str, float]] = field(default_factory=list)
    closed_at: float | None = None

    async def read(self) -> None:
        """Until it is closed."""
        async for message in self.ws:
            document = json.loads(message.data)
            payload = json.loads(document["payload"])
            self.heard.append((payload["id"], time.perf_counter()))
            self.came.set()
        self.closed_at = time.perf_counter()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--posts", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cotweet-streaming-") as folder:
        found = measure(Path(folder), options.sockets, options.posts)
    if options.json:
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
    else:
        cpu = "" if found.cpu_ms is None else f"; {found.cpu_ms:.0f} ms CPU of the server each"
        sys.stdout.write(
            f"{found.posts} posts to {found.sockets} sockets{cpu}\n"
            f"  a socket has it after   {found.median_ms:6.0f} ms (median)\n"
            f"  the last one after      {found.last_ms:6.0f} ms (median of the posts)\n"
            f"  of the slowest post     {found.slowest_ms:6.0f} ms\n"
            f"  closed with its token   {found.closed_ms:6.0f} ms\n"
        )
    if found.last_ms > MOST_MS or found.closed_ms > MOST_MS:
        raise SystemExit("That is more than a second.")


def measure(folder: Path, sockets: int, posts: int) -> Figures:
    """A server with readers, and all of it once. Exits with what is wrong if posts were lost."""
    names = [f"reader{number}" for number in range(sockets)]
    keys: dict[str, str] = {}

    def fill(tx: Tx, env: Env, people: Mapping[str, int]) -> None:
        for name in ("alice", *names):
            keys[name], _ = tokens.mint(tx, env, name, "read write", app="Benchmark")
        for name in names:
            add_follow(tx, env, people[name], people["alice"])

    port = make_data(folder, ["alice", *names], fill)
    with up(folder, port) as server:
        return asyncio.run(_measure(server, keys, names, posts))


async def _measure(
    server: Instance, keys: Mapping[str, str], names: Sequence[str], posts: int
) -> Figures:
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        readers, came = [], asyncio.Event()
        for name in names:
            url = f"{server.base}{STREAMING}&access_token={keys[name]}"
            readers.append(Reader(await session.ws_connect(url), came))
        reading = [asyncio.create_task(reader.read()) for reader in readers]
        await asyncio.sleep(1)
        began, made = [], []
        before = cpu_seconds(server.pid)
        for number in range(posts):
            began.append(time.perf_counter())
            made.append(await _post(session, server, keys["alice"], f"Post {number} #tea"))
            await _until(readers, came, number + 1)
        after = cpu_seconds(server.pid)
        for reader in readers:
            if [post_id for post_id, _ in reader.heard] != made:
                raise SystemExit("A socket has not each post, once and in order.")
        took = [
            [(reader.heard[number][1] - began[number]) * 1_000 for reader in readers]
            for number in range(posts)
        ]
        closed_ms = await _close(session, server, names[0], readers[0], reading[0])
        for reader in readers:
            await reader.ws.close()
        await asyncio.gather(*reading)
    last = [max(times) for times in took]
    return Figures(
        sockets=len(names),
        posts=posts,
        median_ms=statistics.median(one for times in took for one in times),
        last_ms=statistics.median(last),
        slowest_ms=max(last),
        closed_ms=closed_ms,
        cpu_ms=None if before is None or after is None else (after - before) * 1_000 / posts,
    )


async def _post(session: aiohttp.ClientSession, server: Instance, key: str, text: str) -> str:
    async with session.post(
        f"{server.base}/api/v1/statuses",
        json={"status": text},
        headers={"Authorization": f"Bearer {key}"},
    ) as answer:
        answer.raise_for_status()
        return str((await answer.json())["id"])


async def _until(readers: Sequence[Reader], came: asyncio.Event, count: int) -> None:
    try:
        async with asyncio.timeout(10):
            while any(len(reader.heard) < count for reader in readers):
                came.clear()
                await came.wait()
    except TimeoutError:
        raise SystemExit("A post has not reached all sockets within ten seconds.") from None


async def _close(
    session: aiohttp.ClientSession,
    server: Instance,
    name: str,
    reader: Reader,
    reading: asyncio.Task[None],
) -> float:
    """Milliseconds from before the word of the operator to the end of the socket."""
    path = f"{server.base}/api/v1/control/tokens"
    operator = (server.data / "operator.token").read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {operator}", "X-Account": name}
    async with session.get(path, headers=headers) as answer:
        [token] = (await answer.json())["tokens"]
    began = time.perf_counter()
    async with session.delete(f"{path}/{token['id']}", headers=headers) as answer:
        answer.raise_for_status()
    await asyncio.wait([reading], timeout=10)
    if reader.closed_at is None:
        raise SystemExit("A socket outlived its token by ten seconds.")
    return (reader.closed_at - began) * 1_000


if __name__ == "__main__":
    main()
