"""Processes under measurement: started, waited for, asked what they cost, ended."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PORTS = range(15_000, 32_000)
START_SECONDS = 90.0
STOP_SECONDS = 15.0


def free_ports(number: int) -> list[int]:
    """Ports of loopback that nobody listens on right now.

    Of those that no system gives to outgoing connections: they stay free until they are used.
    """
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == number:
            return found
    raise SystemExit(f"there are no {number} free ports here")


@contextmanager
def running(arguments: Sequence[str], url: str, log: Path) -> Iterator[int]:
    """Run ``python ARGUMENTS`` until the block ends, from when ``url`` answers; its process id.

    Settings of the environment do not count: two runs on one machine measure the same thing.
    """
    environment = {name: value for name, value in os.environ.items() if name[:8] != "COTWEET_"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=output, stderr=output, env=environment
        )
    try:
        _wait_until_up(process, url, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer:\n{log.read_text(errors='replace')[-4000:]}")


def cpu_seconds(pid: int) -> float | None:
    """User and system time a process and its threads have used, None where /proc is not Linux's."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
