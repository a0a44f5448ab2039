"""Who is who in the demo: four servers and the people on them, and the commands they give."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from demo.processes import Children, Server, launch_instance, launch_plain
from demo.telling import FalseError, Teller

T = TypeVar("T")

CLI = "fedi_cotweet.cli.main"
FIRST_PEOPLE = {"a": "alice", "b": "bob", "d": "dave"}


@dataclass(frozen=True, slots=True)
class Command:
    """``fedi-cotweet --data SERVER --as PERSON ARGUMENTS``. ``code`` is how it has to end."""

    server: Server
    arguments: Sequence[str]
    person: str = ""
    code: int = 0


@dataclass
class Cast:
    """The servers a, b, d and u, once ``start`` has started them."""

    children: Children
    folder: Path
    teller: Teller
    servers: dict[str, Server] = field(default_factory=dict)

    @property
    def a(self) -> Server:
        return self.servers["a"]

    @property
    def b(self) -> Server:
        return self.servers["b"]

    @property
    def d(self) -> Server:
        return self.servers["d"]

    @property
    def u(self) -> Server:
        return self.servers["u"]

    def start(self) -> None:
        """Start all four at the same time."""
        work: list[Callable[[], Server]] = []
        for name, person in FIRST_PEOPLE.items():
            work.append(
                lambda name=name, person=person: launch_instance(  # type: ignore[misc]
                    self.children, name, self.folder / name, person
                )
            )
        work.append(lambda: launch_plain(self.children, "u", self.folder / "u", "gina"))
        for server in together(work):
            self.servers[server.name] = server
        self.teller.servers = list(self.servers.values())

    def do(self, *commands: Command) -> list[Any]:
        """Show commands, run them at the same time, and give back what they answer as JSON."""
        for command in commands:
            shown = [word.removeprefix(f"{self.folder}/") for word in command.arguments]
            self.teller.command(command.server, shown, command.person)
        return self.quietly(*commands)

    def quietly(self, *commands: Command) -> list[Any]:
        """The same without showing them."""
        return together([lambda command=command: self._run(command) for command in commands])  # type: ignore[misc]

    def _run(self, command: Command) -> Any:
        acting = ["--as", command.person] if command.person else []
        before = ["--data", str(command.server.data), "--json", *acting]
        return self._answer(before, command.arguments, command.code)

    def verify(self, url: str, *, code: int) -> Any:
        """What ``fedi-cotweet verify`` finds, far from any of the servers."""
        arguments = ["verify", "--development", url]
        self.teller.command(None, arguments)
        before = ["--data", str(self.folder / "elsewhere"), "--json"]
        return self._answer(before, arguments, code)

    def _answer(self, before: Sequence[str], arguments: Sequence[str], code: int) -> Any:
        finished = self.children.run(CLI, [*before, *arguments])
        if finished.code != code:
            sentence = f"The command “{' '.join(arguments)}” ends with {code}."
            seen = f"{finished.code}: {finished.output}{finished.errors}"
            raise FalseError(sentence, code, seen, self.teller.servers)
        return json.loads(finished.output) if finished.output.strip() else None


def together(work: Sequence[Callable[[], T]]) -> list[T]:
    """Do several things at the same time; their results in order, or the first one's error."""
    with ThreadPoolExecutor(max(1, len(work))) as pool:
        return [done.result() for done in [pool.submit(item) for item in work]]
