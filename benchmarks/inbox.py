"""How many signed Creates a second the inbox takes, stored and answered.

``python -m benchmarks.inbox [--json]``; what it measures and how to read it: README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.figures import Comparison, Run, show
from benchmarks.instance import add_follow, add_stranger, serving
from benchmarks.letters import Writer, requests
from benchmarks.load import send
from benchmarks.processes import cpu_seconds, free_ports, running
from fedi_cotweet.services.env import Env
from storage.engine import Tx

RUNS = 3
WARM_UP = 100
BUDGET_S = 35.0
"""No run begins later than this after the start, but the first does."""
LIMIT_S = 8.0
"""No run is longer: what was answered by then counts."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--activities", type=int, default=2000, help="Creates per run")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--writers", type=int, default=10, help="actors who send, each with a key")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cotweet-inbox-") as folder:
        comparison, checks = measure(
            Path(folder), options.activities, options.connections, options.writers
        )
    parameters = {name: value for name, value in vars(options).items() if name != "json"}
    show("inbox", parameters, [comparison], checks, as_json=options.json)


def measure(
    folder: Path, activities: int, connections: int, number_of_writers: int
) -> tuple[Comparison, list[str]]:
    """Both servers up, both fed in turn. Exits with what is wrong if anything was not stored."""
    begin = time.monotonic()
    [nowhere, port] = free_ports(2)
    host = f"127.0.0.1:{nowhere}"
    writers = [Writer.make(f"http://{host}", f"writer{n}") for n in range(number_of_writers)]
    keys = folder / "keys.json"
    keys.write_text(json.dumps({writer.key.key_id: writer.public_pem for writer in writers}))

    def fill(tx: Tx, env: Env, people: Mapping[str, int]) -> None:
        for writer in writers:
            stranger = add_stranger(
                tx,
                env,
                writer.uri,
                host,
                inbox=f"{writer.uri}/inbox",
                public_pem=writer.public_pem,
            )
            add_follow(tx, env, people["alice"], stranger)

    database = folder / "ceiling.sqlite3"
    command = ["-m", "benchmarks.ceiling_inbox", str(port), str(database), str(keys)]
    with (
        serving(folder, ["alice"], fill) as server,
        running(command, f"http://127.0.0.1:{port}/", folder / "ceiling.log") as ceiling,
    ):
        ports = [int(server.base.rpartition(":")[2]), port]
        inboxes = [f"http://127.0.0.1:{number}/inbox" for number in ports]
        sizes = [WARM_UP] + [activities] * RUNS
        runs: tuple[list[Run], list[Run]] = ([], [])
        taken = [0, 0]
        for turn, size in enumerate(sizes):
            if turn > 1 and time.monotonic() > begin + BUDGET_S:
                break
            pairs = list(requests(writers, turn * 1_000_000, size, inboxes))
            for side, pid in enumerate((server.pid, ceiling)):
                run = _run([pair[side] for pair in pairs], ports[side], connections, pid)
                taken[side] += run.operations
                if turn > 0:
                    runs[side].append(run)
        stored = server.count("SELECT count(*) FROM posts WHERE local = 0")
        shown = server.count("SELECT count(*) FROM home")
        with closing(sqlite3.connect(database)) as other:
            others = other.execute("SELECT count(*) FROM home").fetchone()[0]
    _same("posts stored", stored, taken[0])
    _same("posts in alice's timeline", shown, taken[0])
    _same("posts stored by the ceiling", others, taken[1])
    checks = [f"all {stored:,} Creates were answered 202, are stored, and show in a timeline"]
    name = f"{activities:,} Creates, {connections} connections"
    return Comparison(name, "Creates", tuple(runs[0]), tuple(runs[1])), checks


def _run(ready: Sequence[bytes], port: int, connections: int, pid: int) -> Run:
    before = cpu_seconds(pid)
    outcome = asyncio.run(send(ready, port, connections=connections, limit_s=LIMIT_S))
    after = cpu_seconds(pid)
    done = outcome.statuses.pop(202, 0)
    if outcome.statuses or not done:
        raise SystemExit(f"Not everything was taken: {done} times 202, {dict(outcome.statuses)}")
    cpu = None if before is None or after is None else (after - before) * 1e6 / done
    return Run(done, outcome.seconds, cpu)


def _same(what: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: {found}, but {wanted} were answered 202")


if __name__ == "__main__":
    main()
