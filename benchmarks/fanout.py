"""How fast a post reaches everybody: from its publication to the last inbox, signed and recorded.

``python -m benchmarks.fanout [--json]``; what it measures and how to read it: README.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from activitypub.signatures.keys import generate_rsa
from benchmarks.figures import Comparison, Run, show
from benchmarks.instance import Instance, add_follow, add_stranger, serving
from benchmarks.letters import Writer
from benchmarks.processes import cpu_seconds, free_ports, running
from fedi_cotweet.services.env import Env
from storage.engine import Tx

RUNS = 3
BUDGET_S = 35.0
"""No run begins later than this after the start, but the first does."""
LIMIT_S = 15.0
"""A post that has not reached everybody by then ends the benchmark."""
SETTLE_S = 5.0
TEXT = "Benchmarks are letters to one's later self: they say how fast a thing was. " * 6

_PENDING = "SELECT count(*) FROM deliveries WHERE state = 'pending'"
_DONE = "SELECT count(*) FROM deliveries WHERE state = 'done'"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=50, help="other servers")
    parser.add_argument("--followers", type=int, default=500, help="of each of the two authors")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cotweet-fanout-") as folder:
        comparisons, checks = measure(Path(folder), options.hosts, options.followers)
    parameters = {name: value for name, value in vars(options).items() if name != "json"}
    show("fanout", parameters, comparisons, checks, as_json=options.json)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One author and where their followers get mail; what each side's runs found."""

    author: str
    name: str
    inboxes: tuple[str, ...]
    ours: list[Run] = field(default_factory=list)
    ceiling: list[Run] = field(default_factory=list)


def measure(folder: Path, hosts: int, followers: int) -> tuple[list[Comparison], list[str]]:
    """Publish on ours and send by the bare loop in turn, to the same sink."""
    begin = time.monotonic()
    control, *ports = free_ports(hosts + 1)
    names = [f"127.0.0.1:{port}" for port in ports]
    own = tuple(f"http://{names[n % hosts]}/users/own{n}/inbox" for n in range(followers))
    shared = tuple(f"http://{name}/inbox" for name in names[: min(hosts, followers)])
    scenarios = [
        Scenario("alice", f"{followers:,} followers, each an inbox", own),
        Scenario("bella", f"{followers:,} followers, {len(shared)} shared inboxes", shared),
    ]

    def fill(tx: Tx, env: Env, people: Mapping[str, int]) -> None:
        for number in range(followers):
            name = names[number % hosts]
            for kind, shared_inbox in (("own", None), ("shared", f"http://{name}/inbox")):
                uri = f"http://{name}/users/{kind}{number}"
                stranger = add_stranger(
                    tx, env, uri, name, inbox=f"{uri}/inbox", shared_inbox=shared_inbox
                )
                author = people["alice" if kind == "own" else "bella"]
                add_follow(tx, env, stranger, author)

    command = ["-m", "benchmarks.sink", str(control), *map(str, ports)]
    sink = f"http://127.0.0.1:{control}/"
    with (
        running(command, sink, folder / "sink.log"),
        serving(folder, ["alice", "bella"], fill) as server,
    ):
        plan = {
            "key": generate_rsa(),
            "body": json.dumps(Writer.make("http://127.0.0.1", "someone").create(1)),
            "warm": list(shared),
        }
        # The first post opens the connections that the measured ones find.
        expected = _publish(server, sink, scenarios[1])[1]
        for turn in range(RUNS):
            if turn and time.monotonic() > begin + BUDGET_S:
                break
            for scenario in scenarios:
                run, arrived = _publish(server, sink, scenario)
                scenario.ours.append(run)
                expected += arrived
                scenario.ceiling.append(_bare_loop(plan, scenario.inboxes))
        _same("deliveries recorded as done", server.count(_DONE), expected)
        _same("deliveries still to be made", server.count(_PENDING), 0)
    comparisons = [
        Comparison(item.name, "deliveries", tuple(item.ours), tuple(item.ceiling))
        for item in scenarios
    ]
    return comparisons, [f"all {expected:,} deliveries arrived once and are recorded as done"]


def _publish(server: Instance, sink: str, scenario: Scenario) -> tuple[Run, int]:
    """From before the API call to the last arrival; CPU until the last one is recorded."""
    wanted = len(scenario.inboxes)
    _ask(sink, "POST")
    before = cpu_seconds(server.pid)
    begin = time.monotonic()
    server.call("POST", "/api/v1/control/posts", {"text": TEXT}, account=scenario.author)
    end = begin + LIMIT_S
    while (seen := _ask(sink))["arrived"] < wanted and time.monotonic() < end:
        time.sleep(0.02)
    settled = time.monotonic() + SETTLE_S
    while server.count(_PENDING) and time.monotonic() < settled:
        time.sleep(0.05)
    after = cpu_seconds(server.pid)
    _same(f"arrivals within {LIMIT_S:.0f} s", int(_ask(sink)["arrived"]), wanted)
    cpu = None if before is None or after is None else (after - before) * 1e6 / wanted
    return Run(wanted, float(seen["last_at"]) - begin, cpu), wanted


def _bare_loop(plan: Mapping[str, Any], inboxes: Sequence[str]) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ceiling_fanout"],
        input=json.dumps({**plan, "inboxes": list(inboxes)}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(done.stdout)
    return Run(len(inboxes), found["seconds"], found["cpu_seconds"] * 1e6 / len(inboxes))


def _ask(sink: str, method: str = "GET") -> dict[str, float]:
    with urllib.request.urlopen(urllib.request.Request(sink, method=method), timeout=10) as answer:
        found: dict[str, float] = json.loads(answer.read())
        return found


def _same(what: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"{what}: {found} instead of {wanted}")


if __name__ == "__main__":
    main()
