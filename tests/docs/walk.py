"""Does what a page says, as its reader would: the same commands in the same order, for real.

In a ``console`` block a line that begins with ``$ `` is a command (``> `` continues it) and the
lines after it are what it prints; a command without any is only asked to succeed. Servers
(``fedi-cotweet ... up``) run until the page ends, until ``^C``, or until the hidden command
``stop``. Ports 8000 to 8099 stand for free ones. A command that only reads is repeated until it
prints what is shown, since servers need a moment to talk to each other. A question is answered on
a terminal, as shown.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.docs.matching import SKIP, Learned, match_output, substitute
from tests.docs.pages import ROOT, Block
from tests.ports import free_port

SECONDS = 25.0
PATIENCE = 1.0
_PORT = re.compile(r"\b80\d\d\b")
_SERVES = re.compile(r"\bfedi-cotweet\b.*\bup\b")
_READS = re.compile(
    r"\bfedi-cotweet\b.*\b(invites|timeline|drafts|notifications|show|verify)\b|^curl\b"
)
_QUESTION = re.compile(r"(\[y/N\]: )(\S+)$")
_STOP = "^C"
_STOP_ALL = "stop"


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page and the lines shown after it."""

    place: str
    command: str
    shown: tuple[str, ...]


def steps(block: Block) -> list[Step]:
    """The commands of a ``console`` block."""
    found: list[Step] = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        place = f"{block.place.rpartition(':')[0]}:{number}"
        if line.startswith("$ "):
            found.append(Step(place, line[2:], ()))
        elif line.startswith("> ") and found and found[-1].command.endswith("\\"):
            last = found.pop()
            found.append(Step(last.place, f"{last.command}\n{line[2:]}", ()))
        elif found:
            last = found.pop()
            found.append(Step(last.place, last.command, (*last.shown, line.rstrip())))
        else:
            raise AssertionError(f"{place}: a console block begins with a command")
    return found


@dataclass
class Walk:
    """One reader with an empty folder. Use it as a context manager: it stops all servers."""

    folder: Path
    learned: Learned = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    status: int = 0
    wrote: bool = False
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        tools = self.folder / "bin"
        tools.mkdir()
        for name, arguments in (("fedi-cotweet", "-m fedi_cotweet.cli.main"), ("python", "")):
            tool = tools / name
            python = shlex.quote(sys.executable)
            tool.write_text(f'#!/bin/sh\nexec {python} -P {arguments} "$@"\n', encoding="utf-8")
            tool.chmod(0o755)
        self.place.mkdir()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._end_all()

    @property
    def place(self) -> Path:
        """The folder in which the reader works."""
        return self.folder / "work"

    def run_block(self, block: Block) -> None:
        """Do what a ``console`` or ``python`` block says."""
        if block.language == "python":
            self._succeed(block.place, ["python", "-c", block.text])
            return
        found = steps(block)
        for number, step in enumerate(found):
            asked = number + 1 < len(found) and found[number + 1].command == "echo $?"
            self._step(step, may_fail=asked)

    def _step(self, step: Step, *, may_fail: bool) -> None:
        if step.command == _STOP_ALL:
            self._end_all()
            return
        command = substitute(self._ported(step.command), self.learned)
        shown = [self._ported(line) for line in step.shown]
        if _SERVES.search(command):
            self._serve(step.place, command, shown)
            return
        repeat = bool(shown) and bool(_READS.search(command))
        if repeat and self.wrote:
            time.sleep(PATIENCE)  # cheaper than a command that comes too early
        self.wrote = not repeat
        end = time.monotonic() + SECONDS
        while True:
            printed = self._run(command, shown)
            after = match_output(shown, printed, self.learned) if shown else self.learned
            if after is not None and (self.status == 0 or may_fail):
                self.learned = after
                return
            if not repeat or time.monotonic() > end:
                raise AssertionError(_difference(step.place, command, self.status, shown, printed))
            time.sleep(PATIENCE)

    def _ported(self, text: str) -> str:
        return _PORT.sub(lambda match: self._port(match[0]), text)

    def _port(self, shown: str) -> str:
        # Of four digits like those shown, so that what is printed has the same width.
        while shown not in self.ports:
            port = str(free_port())
            if port not in self.ports.values():
                self.ports[shown] = port
        return self.ports[shown]

    def _environment(self) -> dict[str, str]:
        unlike_a_reader = ("COTWEET_", "PYTHONDONTWRITEBYTECODE")
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(unlike_a_reader)
        }
        return kept | {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).strip(":"),
            "HOME": str(self.place),
            "COLUMNS": "80",
            "LINES": "60",
            "TERM": "dumb",
            "COTWEET_LISTEN_PORT": self._port("8000"),
        }

    def _run(self, command: str, shown: list[str]) -> list[str]:
        """Run a command to its end; the lines it printed. Sets ``status``."""
        line = ["bash", "-c", f"(exit {self.status}); {command}"]
        questions = [match for match in map(_QUESTION.search, shown) if match]
        if questions:
            text, self.status = _on_terminal(
                line, questions[0][2], cwd=self.place, env=self._environment()
            )
        else:
            done = subprocess.run(
                line,
                cwd=self.place,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=90,
                check=False,
            )
            text, self.status = done.stdout.decode(), done.returncode
        return [item.rstrip() for item in text.replace("\r\n", "\n").splitlines()]

    def _succeed(self, place: str, command: list[str]) -> None:
        done = subprocess.run(
            command,
            cwd=self.place,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, f"{place}: {done.stdout}\n{done.stderr}"

    def _serve(self, place: str, command: str, shown: list[str]) -> None:
        stops = bool(shown) and shown[-1] == _STOP
        wanted = shown[:-1] if stops else shown
        assert wanted, f"{place}: show what the server prints, so that we know when it serves"
        log = self.folder / f"server-{len(self.servers)}.txt"
        with log.open("wb") as output:
            server = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.place,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.servers.append(server)
        end = time.monotonic() + 40
        while True:
            printed = [line.rstrip() for line in log.read_text(encoding="utf-8").splitlines()]
            # It may have logged more by the time that somebody looks.
            after = match_output([*wanted, SKIP], printed, self.learned)
            if after is not None:
                self.learned = after
                break
            if server.poll() is not None or time.monotonic() > end:
                raise AssertionError(_difference(place, command, server.poll(), wanted, printed))
            time.sleep(0.1)
        if stops:
            self._end(server)
            assert server.returncode == 0, f"{place}: it ended with {server.returncode}"

    def _end_all(self) -> None:
        for server in self.servers:
            self._end(server)

    def _end(self, server: subprocess.Popen[bytes]) -> None:
        if server.poll() is None:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _on_terminal(
    line: list[str], answer: str, *, cwd: Path, env: dict[str, str]
) -> tuple[str, int]:
    """Run a command on a terminal of its own and answer the question it ends with."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(line, cwd=cwd, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text, answered, end = b"", False, time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    piece = os.read(ours, 65_536)
                except OSError:  # how Linux says that the other end is closed
                    break
                text += piece
            elif process.poll() is not None:
                break
            if not answered and text.endswith(b"[y/N]: "):
                os.write(ours, answer.encode() + b"\n")
                answered = True
        return text.decode(), process.wait(10)
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait()


def _difference(
    place: str, command: str, status: int | None, shown: list[str], printed: list[str]
) -> str:
    return "\n".join(
        [
            f"{place}: {command}",
            f"exit {status}",
            "--- the page shows",
            *shown,
            "--- it prints",
            *printed[-80:],
        ]
    )
