"""Five hundred other servers, a hundred of them dead: what reaches whom, and what the dead cost.

``python -m benchmarks.hosts``; what it does and how to read it: README.md. It fails when something
was lost, came twice or came in the wrong order, when somebody was not left alone as long as they
asked, or when the dead cost a hundredth of the work or more; never because the machine was slow.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.days import show_days
from benchmarks.instance import Instance, add_follow, add_stranger, make_data, up
from benchmarks.processes import cpu_seconds, free_ports, running
from fedi_cotweet.services.env import Env
from storage.engine import Tx

LIMIT_S = 300.0
"""What has not arrived by then is lost."""
LIVE = ("well", "busy", "slow")
DEAD = ("silent", "refused")
TEXT = "To everybody, wherever you are. " * 8

_TRIES = """SELECT coalesce(sum(attempts), 0) FROM deliveries
    WHERE host IN (SELECT value FROM json_each(?))"""
_LEFT = """SELECT count(*) FROM deliveries WHERE state != 'done'
    AND host IN (SELECT value FROM json_each(?))"""
_ROWS = "SELECT count(*) FROM deliveries"
_HELD = "SELECT count(*) FROM deliveries WHERE state = 'pending' AND lease_until > 0"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=500, help="other servers; a fifth are dead")
    parser.add_argument("--days", type=int, default=9, help="on the simulated clock")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cotweet-hosts-") as folder:
        Experiment.make(Path(folder), options.hosts).run()
    with tempfile.TemporaryDirectory(prefix="cotweet-days-") as folder:
        show_days(Path(folder), options.days)


def same(what: str, found: object, wanted: object) -> None:
    """A fact."""
    if found != wanted:
        raise SystemExit(f"NOT SO: {what}: {found}, and should be {wanted}")
    print(f"  ✓ {what}: {found}")


@dataclass
class Experiment:
    """The servers by their manners, and ours."""

    folder: Path
    ports: Mapping[str, Sequence[int]]
    control: str
    port: int = 0
    posts: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, hosts: int) -> Experiment:
        """A tenth slow, a tenth busy, a fifth dead: of these 2 in 5 accept and never answer."""
        control, *ports = free_ports(hosts + 1)
        tenth = hosts // 10
        sizes = {
            "slow": tenth,
            "busy": tenth,
            "silent": hosts * 8 // 100,
            "refused": hosts * 12 // 100,
        }
        shared: dict[str, list[int]] = {}
        for name, size in sizes.items():
            shared[name], ports = ports[:size], ports[size:]
        return cls(folder, {"well": ports, **shared}, f"http://127.0.0.1:{control}/")

    def run(self) -> None:
        """All of it but the days."""
        listening = {name: some for name, some in self.ports.items() if name != "refused"}
        number = self.control.rpartition(":")[2].strip("/")
        command = ["-m", "benchmarks.crowd", number, json.dumps(listening)]
        counts = ", ".join(f"{len(some)} {name}" for name, some in self.ports.items())
        print(f"{sum(map(len, self.ports.values()))} servers: {counts}")
        self.port = make_data(self.folder, ["alice", "bella"], self.fill)
        with running(command, self.control, self.folder / "crowd.log"):
            with up(self.folder, self.port) as server:
                self.cost_of_the_dead(server)
                self.to_everybody(server)
                self.herd(server)
            self.killed()

    def fill(self, tx: Tx, env: Env, people: Mapping[str, int]) -> None:
        """Two followers of alice on every server; one of bella on those that refuse connections."""
        for some in self.ports.values():
            for port in some:
                base = f"http://127.0.0.1:{port}"
                for name in ("one", "two"):
                    uri = f"{base}/users/{name}"
                    follower = add_stranger(
                        tx,
                        env,
                        uri,
                        f"127.0.0.1:{port}",
                        inbox=f"{uri}/inbox",
                        shared_inbox=f"{base}/inbox",
                    )
                    add_follow(tx, env, follower, people["alice"])
                    if name == "one" and port in self.ports["refused"]:
                        add_follow(tx, env, follower, people["bella"])

    def hosts(self, *manners: str) -> str:
        """Their names, as the database takes them."""
        return json.dumps([f"127.0.0.1:{port}" for name in manners for port in self.ports[name]])

    def post(self, server: Instance, author: str = "alice") -> str:
        """Publish; the id of the Create."""
        made = server.call("POST", "/api/v1/control/posts", {"text": TEXT}, account=author)
        self.posts.append(str(made["uri"]))
        return f"{made['uri']}/activity"

    def said(self) -> Any:
        """What the others know."""
        with urllib.request.urlopen(self.control, timeout=30) as answer:
            return json.loads(answer.read())

    def wait(self, activity: str, wanted: int) -> Any:
        """Until so many servers have it."""
        end = time.monotonic() + LIMIT_S
        while len((said := self.said())["taken"].get(activity, ())) < wanted:
            if time.monotonic() > end:
                found = len(said["taken"].get(activity, ()))
                raise SystemExit(f"NOT SO: {found} of {wanted} servers have {activity}")
            time.sleep(0.1)
        return said

    def settle(self, server: Instance) -> None:
        """Until what arrived is written down, also by those who take long to say so."""
        end = time.monotonic() + LIMIT_S
        while server.count(_LEFT, self.hosts(*LIVE)) and time.monotonic() < end:
            time.sleep(0.2)
        same("deliveries to the living left to make", server.count(_LEFT, self.hosts(*LIVE)), 0)

    def live(self) -> int:
        """How many are alive."""
        return sum(len(self.ports[name]) for name in LIVE)

    def cost_of_the_dead(self, server: Instance) -> None:
        """One round to servers that are not there, by itself."""
        dead = len(self.ports["refused"])
        before = cpu_seconds(server.pid) or 0.0
        self.post(server, "bella")
        end = time.monotonic() + LIMIT_S
        while server.count(_TRIES, self.hosts("refused")) < dead and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(1)
        spent = (cpu_seconds(server.pid) or 0.0) - before
        tries = server.count(_TRIES, self.hosts("refused"))
        print(
            f"a delivery that is refused: {spent * 1e6 / max(tries, 1):,.0f} µs CPU ({tries} tried)"
        )

    def to_everybody(self, server: Instance) -> None:
        """One post to all of them."""
        print("\nOne post to everybody")
        begin, before = time.monotonic(), cpu_seconds(server.pid) or 0.0
        activity = self.post(server)
        said = self.wait(activity, self.live())
        spent = (cpu_seconds(server.pid) or 0.0) - before
        for manners in LIVE:
            seconds = said["last_at"][activity][manners] - begin
            print(f"  the last of those that are {manners} had it after {seconds:.1f} s")
        print(f"  {spent * 1e6 / self.live():,.0f} µs CPU for each of the living, all included")
        self.settle(server)
        taken = self.said()["taken"][activity]
        same("living servers that have it", len(taken), self.live())
        again = server.count(_TRIES, self.hosts(*LIVE)) - self.live() - len(self.ports["busy"])
        if again:
            print(f"  {again} attempts got no answer in time: this machine is very busy")
        more = sum(taken.values()) - self.live()
        same("that were sent it twice though they had answered", max(0, more - again), 0)
        same("requests before the end of a Retry-After", self.said()["hasty"], 0)
        tries = {name: server.count(_TRIES, self.hosts(name)) for name in DEAD}
        print(f"  attempts at the dead so far: {tries}")

    def herd(self, server: Instance) -> None:
        """Everybody fetches the post at once."""
        print("\nThe herd after a boost")
        request = urllib.request.Request(f"{self.control}fetch", self.posts[-1].encode())
        with urllib.request.urlopen(request, timeout=120) as answer:
            found = json.loads(answer.read())
        took = found["seconds"]
        everybody = sum(len(some) for name, some in self.ports.items() if name != "refused")
        same("answers", found["statuses"], {"200": everybody})
        print(
            f"  half of them within {took[len(took) // 2]:.2f} s, the last after {took[-1]:.2f} s"
        )

    def killed(self) -> None:
        """Deliveries are interrupted by kill -9: before the first, and in the middle."""
        print("\nKilled with -9 while it delivers, and started again")
        interrupted = 0
        activities = []
        for arrived in (0, len(self.ports["well"]) // 3):
            with up(self.folder, self.port) as server:
                activities.append(self.post(server))
                if arrived:
                    self.wait(activities[-1], arrived)
                os.kill(server.pid, signal.SIGKILL)
            interrupted += server.count(_HELD)
            there = len(self.said()["taken"].get(activities[-1], ()))
            print(f"  killed when {there} of {self.live()} had it")
        with up(self.folder, self.port) as server:
            for activity in activities:
                self.wait(activity, self.live())
            self.settle(server)
            said = self.said()
            for number, activity in enumerate(activities, 1):
                same(
                    f"living servers that have post {number}",
                    len(said["taken"][activity]),
                    self.live(),
                )
            twice = sum(times - 1 for one in activities for times in said["taken"][one].values())
            if twice > interrupted:
                raise SystemExit(f"NOT SO: {twice} sent again, {interrupted} were under way")
            print(f"  {twice} were sent again, with the same id: {interrupted} were under way")
            same("activities that were overtaken by later ones", said["overtaken"], 0)


if __name__ == "__main__":
    main()
