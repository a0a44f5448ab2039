"""How many home timelines of 40 a second a server gives out that holds 100,000 posts.

``python -m benchmarks.timeline [--json]``; what it measures and how to read it: README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import urllib.request
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event

from benchmarks.figures import Comparison, Run, show
from benchmarks.instance import make_data, settings_of, up
from benchmarks.load import send
from benchmarks.processes import cpu_seconds, free_ports, running
from benchmarks.reading import FOLLOWS, Library
from fedi_cotweet import app
from fedi_cotweet.services import tokens
from fedi_cotweet.services.env import Env
from storage.engine import Tx

RUNS: Final = 3
CONNECTIONS: Final = (1, 8)
RUN_S: Final = 2.5
SIZES: Final = (5, 20, 40)
"""Of pages, to count statements for."""
PATH: Final = "/api/v1/timelines/home?limit="


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cotweet-timeline-") as folder:
        comparisons, checks = measure(Path(folder), options.posts, options.readers)
    parameters = {
        "posts": options.posts,
        "readers": options.readers,
        "follows of each": FOLLOWS,
    }
    show("timeline", parameters, comparisons, checks, as_json=options.json)


def measure(folder: Path, posts: int, readers: int) -> tuple[list[Comparison], list[str]]:
    """Both servers up, asked in turn. Exits with what is wrong if a page is not whole."""
    names = [f"reader{number}" for number in range(readers)]
    keys: list[str] = []

    def fill(tx: Tx, env: Env, people: Mapping[str, int]) -> None:
        keys.extend(tokens.mint(tx, env, name, "read", app="Benchmark")[0] for name in names)
        Library(tx, env, people, posts).write()

    port = make_data(folder, names, fill)
    pages_file = folder / "pages.json"
    [other_port] = free_ports(1)
    comparisons = []
    with up(folder, port) as server:
        database = server.data / "cotweet.sqlite3"
        stored = server.count("SELECT count(*) FROM posts WHERE state = 'published'")
        if stored != posts:
            raise SystemExit(f"{stored} posts are stored, not {posts}")
        pages = [_page(server.base, key, 40) for key in keys]
        octets = statistics.median(len(json.dumps(page)) for page in pages)
        pages_file.write_text(json.dumps(pages))
        command = ["-m", "benchmarks.ceiling_timeline", str(other_port), str(database)]
        with running(
            [*command, str(pages_file)], f"http://127.0.0.1:{other_port}/", folder / "ceiling.log"
        ) as ceiling:
            for connections in CONNECTIONS:
                runs: tuple[list[Run], list[Run]] = ([], [])
                for _ in range(RUNS):
                    for side, (at, pid) in enumerate(((port, server.pid), (other_port, ceiling))):
                        runs[side].append(_run(keys, at, connections, pid))
                name = f"{connections} connection{'s' if connections > 1 else ''}"
                comparisons.append(Comparison(name, "pages", tuple(runs[0]), tuple(runs[1])))
    counted = asyncio.run(_statements(folder, port, keys))
    listed = ", ".join(f"{number} for {size} entries" for size, number in counted.items())
    checks = [
        f"every page had its 40 entries, {octets / 1000:,.0f} kB of JSON; {posts:,} posts stored",
        f"at most so many SQL statements per request, the token's among them: {listed}",
    ]
    return comparisons, checks


def _page(base: str, key: str, size: int) -> list[dict[str, Any]]:
    request = urllib.request.Request(base + PATH + str(size))
    request.add_header("Authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=30) as response:
        page: list[dict[str, Any]] = json.loads(response.read())
    if len(page) != size:
        raise SystemExit(f"A page of {size} has {len(page)} entries")
    return page


def _run(keys: Sequence[str], port: int, connections: int, pid: int) -> Run:
    """Everybody asks for their newest page in turn, for a while."""
    ready = [
        f"GET {PATH}40 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {key}\r\n\r\n".encode()
        for key in keys
    ]
    before = cpu_seconds(pid)
    outcome = asyncio.run(
        send(list(islice(cycle(ready), 50_000)), port, connections=connections, limit_s=RUN_S)
    )
    after = cpu_seconds(pid)
    done = outcome.statuses.pop(200, 0)
    if outcome.statuses or not done:
        raise SystemExit(f"Not everything was answered: {done} times 200, {outcome.statuses}")
    cpu = None if before is None or after is None else (after - before) * 1e6 / done
    p95 = statistics.quantiles(outcome.waits, n=20)[-1] * 1000
    return Run(done, outcome.seconds, cpu, round(p95, 2))


async def _statements(folder: Path, port: int, keys: Sequence[str]) -> dict[int, int]:
    """SQL statements of one request by the size of its page, in a server in this process.

    Of several requests of a reader the least, as workers may have something to do meanwhile; of
    all readers the most, as not every page has something of everything.
    """
    settings, seen = settings_of(folder, port), 0

    def note(*_: Any) -> None:
        nonlocal seen
        seen += 1

    server = app.build(settings, await app.prepare(settings))
    counted = {}
    event.listen(Engine, "before_cursor_execute", note)
    try:
        async with app.running(server):
            for size in SIZES:
                most = 0
                for key in keys:
                    numbers = []
                    for _ in range(3):
                        seen = 0
                        await asyncio.to_thread(_page, settings.base_url, key, size)
                        numbers.append(seen)
                    most = max(most, min(numbers))
                counted[size] = most
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return counted


if __name__ == "__main__":
    main()
