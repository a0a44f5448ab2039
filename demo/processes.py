"""The processes of the demo: four servers, and the commands given to them.

Each is ended by its own id, however the demo ends. All run in a process group of their own, so that
Ctrl-C reaches the demo alone, which then ends them in order.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

CHECKOUT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_SECONDS = 90.0
COMMAND_SECONDS = 90.0
END_SECONDS = 8.0
PORTS_TRIED = 5
_FAULTS = ("error", "critical", "traceback")


class EndedError(Exception):
    """The demo is ending: nothing new is started."""


class StartError(Exception):
    """A server did not come up; ``log`` is the end of what it wrote."""

    def __init__(self, name: str, why: str, log: str) -> None:
        super().__init__(f"Server {name} {why}.")
        self.log = log


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a command."""

    code: int
    output: str
    errors: str


class Children:
    """Every process of the demo. ``close`` ends them all; it may be called from any thread.

    ``settings`` are the environment variables of all of them; a ``COTWEET_`` variable of whoever
    runs the demo would change what is shown and is left out.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("COTWEET_")}
        self._environment = {**kept, "PYTHONUNBUFFERED": "1", **settings}
        self._lock = threading.Lock()
        self._running: list[subprocess.Popen[bytes]] = []
        self._closed = False

    def start(
        self,
        module: str,
        arguments: Sequence[str],
        output: IO[bytes] | int,
        errors: IO[bytes] | int,
    ) -> subprocess.Popen[bytes]:
        """Start ``python -m module``. Raises ``EndedError`` after ``close``."""
        with self._lock:
            if self._closed:
                raise EndedError
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=CHECKOUT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                process_group=0,
            )
            self._running.append(process)
            return process

    def run(self, module: str, arguments: Sequence[str]) -> Finished:
        """Run ``python -m module`` to its end. Raises ``EndedError``, ``TimeoutExpired``."""
        process = self.start(module, arguments, subprocess.PIPE, subprocess.PIPE)
        try:
            output, errors = process.communicate(timeout=COMMAND_SECONDS)
        finally:
            self.end([process])
        if self._closed:
            raise EndedError
        return Finished(
            process.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")
        )

    def end(self, processes: Sequence[subprocess.Popen[bytes]]) -> None:
        """End some of them: asked first, killed if they will not."""
        for process in processes:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + END_SECONDS
        for process in processes:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with self._lock:
            self._running = [process for process in self._running if process not in processes]

    def close(self) -> None:
        """End all and start no more. Calling it twice is fine."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        self.end(running)


@dataclass
class Server:
    """One server of the demo. ``name`` is its letter, ``folder`` holds its data and its log."""

    name: str
    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """What stands after the second @ of its people's handles."""
        return f"{HOST}:{self.port}"

    @property
    def base(self) -> str:
        """Its base URL."""
        return f"http://{self.host}"

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """The SQLite file of an instance of fedi_cotweet."""
        return self.data / "cotweet.sqlite3"

    @property
    def log(self) -> str:
        """Everything it wrote."""
        path = self.folder / "log.txt"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def events(self, name: str, **having: object) -> list[dict[str, Any]]:
        """What its log says of one kind of event, oldest first."""
        return [
            entry
            for entry in self._entries()
            if entry.get("event") == name and having.items() <= entry.items()
        ]

    def faults(self) -> list[str]:
        """What its log calls an error, in either server's way of writing."""
        found = [str(e.get("event")) for e in self._entries() if e.get("level") in _FAULTS]
        plain = (line for line in self.log.splitlines() if not line.startswith("{"))
        return found + [line for line in plain if line.split(" ")[0].lower() in _FAULTS]

    def _entries(self) -> Iterator[dict[str, Any]]:
        for line in self.log.splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line) if line.startswith("{") else None
                if isinstance(entry, dict):
                    yield entry

    def say(self, text: str) -> str:
        """``text`` with this server's addresses shortened to its letter."""
        return re.sub(rf"(?:http://)?{re.escape(self.host)}(?!\d)", self.name, text)


def launch_instance(children: Children, name: str, folder: Path, account: str) -> Server:
    """Start an instance of fedi_cotweet as a user would, with its first account."""
    server = Server(name, folder)

    def arguments() -> list[str]:
        port = str(server.port)
        options = ["--development", "--port", port, "--account", account]
        return ["up", "--data", str(server.data), *options]

    def is_up() -> bool:
        # Written once it listens: an answer on the port could be somebody else's.
        return (server.data / "server.json").exists()

    _launch(children, server, "fedi_cotweet.cli.main", arguments, is_up)
    return server


def launch_plain(children: Children, name: str, folder: Path, person: str) -> Server:
    """Start the server that knows nothing of co-authors."""
    server = Server(name, folder)

    def arguments() -> list[str]:
        return ["--port", str(server.port), "--data", str(server.data), "--user", person]

    _launch(
        children,
        server,
        "demo.plain_server",
        arguments,
        lambda: f"{server.base} is up" in server.log,
    )
    return server


def _launch(
    children: Children,
    server: Server,
    module: str,
    arguments: Callable[[], Sequence[str]],
    is_up: Callable[[], bool],
) -> None:
    """Start on a free port; on another one, with an empty folder, if somebody was quicker."""
    for attempt in range(PORTS_TRIED):
        server.port = _free_port()
        # The port is part of every identifier: what was made for another one is of no use.
        shutil.rmtree(server.folder, ignore_errors=attempt == 0)
        server.folder.mkdir(parents=True)
        with (server.folder / "log.txt").open("wb") as log:
            process = children.start(module, arguments(), log, log)
        server.process = process
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if is_up():
                return
            time.sleep(0.02)
        if process.poll() is None:
            raise StartError(
                server.name, f"does not answer after {START_SECONDS:.0f} s", server.log
            )
        if process.returncode == -signal.SIGTERM:
            raise EndedError
        if "address already in use" not in server.log.lower():
            raise StartError(server.name, "ended while it started", server.log)
    raise StartError(server.name, f"found {PORTS_TRIED} ports taken", server.log)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
