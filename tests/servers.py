"""Real servers for tests: processes of their own, with their own folder and database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import migrated
from tests.ports import free_port

START_SECONDS = 120.0


class CommandFailedError(AssertionError):
    """A command of the command line failed; ``answer`` is what it printed with ``--json``."""

    def __init__(self, arguments: Sequence[str], code: int, output: str, errors: str) -> None:
        super().__init__(f"{' '.join(arguments)}: exit {code}\n{output}\n{errors}")
        self.code = code
        try:
            self.answer: Any = json.loads(output)
        except ValueError:
            self.answer = None


@dataclass
class RealServer:
    """One instance in its own process. ``base`` is its address."""

    folder: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """What its identifiers begin with."""
        return self.base

    @property
    def options(self) -> Sequence[str]:
        """How ``up`` is called, beside the port."""
        return ["--development"]

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return self.data / migrated.DATABASE

    @property
    def log(self) -> str:
        """What it wrote to standard error, of all its runs."""
        return (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")

    def handle(self, name: str) -> str:
        """The handle of somebody here."""
        return f"@{name}@" + self.origin.partition("://")[2]

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.data.exists() and "COTWEET_DATABASE" not in self.settings:
            migrated.put(self.database)
        command = [sys.executable, "-m", "fedi_cotweet.cli.main", "--data", str(self.data), "up"]
        command += ["--port", str(self.port), *self.options]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.settings},
            )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Wait until it answers a request."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                raise AssertionError(f"the server did not start:\n{self.log[-4000:]}")
            try:
                with urllib.request.urlopen(f"{self.base}/.well-known/nodeinfo", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the server does not answer:\n{self.log[-4000:]}")

    def kill(self) -> None:
        """``kill -9``."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """Ask it to end; kill it if it will not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def call(
        self, method: str, path: str, document: Any = None, *, account: str | None = None
    ) -> Any:
        """The JSON API with the operator's token: quicker than a command per call."""
        token = (self.data / "operator.token").read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if account is not None:
            headers["X-Account"] = account
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            content = response.read()
        return json.loads(content) if content else None

    def cli(self, *arguments: str) -> Any:
        """A command of the command line, with ``--json``."""
        command = [sys.executable, "-m", "fedi_cotweet.cli.main", "--data", str(self.data)]
        done = subprocess.run(
            [*command, *arguments, "--json"],
            env={**os.environ, **self.settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise CommandFailedError(arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None


@contextmanager
def start_server(
    folder: Path, people: Sequence[str] = (), *, settings: Mapping[str, str] | None = None
) -> Iterator[RealServer]:
    """A running server with accounts for ``people``. ``settings`` are environment variables."""
    quick = {"COTWEET_ANNOUNCE_DELAY_SECONDS": "0", **(settings or {})}
    server = RealServer(folder, free_port(), quick)
    try:
        server.start()
        for name in people:
            server.call("POST", "/api/v1/control/accounts", {"username": name})
        yield server
    finally:
        server.stop()


def eventually(check: Any, *, seconds: float = 15.0, what: str = "it") -> Any:
    """Wait until ``check()`` is truthy and give that back."""
    end = time.monotonic() + seconds
    last: Any = None
    while time.monotonic() < end:
        last = check()
        if last:
            return last
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s; last: {last!r}")
