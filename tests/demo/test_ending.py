"""How the demo ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def start(temporary: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary), "COLUMNS": "80"},
    )


def processes_with(text: str) -> list[int]:
    """Processes of this machine whose command line holds ``text``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if text in command:
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_demo_that_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    running = start(tmp_path)
    until = time.monotonic() + 60
    while len(processes_with(str(tmp_path))) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(processes_with(str(tmp_path))) >= 4
    running.send_signal(number)
    output, errors = running.communicate(timeout=40)
    assert running.returncode == 128 + number, output + errors
    assert not re.search("✗|broke|Traceback", output + errors)
    assert processes_with(str(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_it_keeps_only_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    running = start(tmp_path, "--check", "--keep", str(tmp_path))
    _, errors = running.communicate(timeout=40)
    assert running.returncode == 2
    assert "is not an empty folder" in errors
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
