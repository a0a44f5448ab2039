"""The whole demo, as ``make demo ARGS=--check`` runs it, and how it ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

READERS_BEFORE = (
    "dave, who follows only bob, has it once, by alice and bob.",
    "frank, who follows only alice, has it once, by alice and bob.",
    "erin, who follows both, has it once, by alice and bob.",
    "gina, who follows only bob, has it once: alice's, boosted by bob.",
)
READERS_AFTER = (
    "dave, who follows only bob, does not have it any more.",
    "frank, who follows only alice, has it by alice alone.",
    "erin, who follows both, has it by alice alone.",
    "gina, who follows only bob, does not have it any more.",
)
VERDICTS = (
    "verify says that bob agreed to exactly this text.",
    "verify says that bob never agreed to this: stale.",
    "verify says that bob took his consent back: revoked.",
)


def start(temporary: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary), "COLUMNS": "80"},
    )


def in_order(text: str, sentences: Sequence[str]) -> bool:
    """Whether all of them were said, one after the other, wherever their lines break."""
    places = [" ".join(text.split()).find(f"✓ {sentence}") for sentence in sentences]
    return -1 not in places and places == sorted(places)


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


@pytest.mark.timeout(180)
def test_everything_the_demo_says_is_so(tmp_path: Path) -> None:
    running = start(tmp_path, "--check", "--keep", str(tmp_path / "kept"))
    output, errors = running.communicate(timeout=170)
    assert running.returncode == 0, output + errors
    assert in_order(output, [*READERS_BEFORE, *VERDICTS[:2], *READERS_AFTER, VERDICTS[2]]), output
    assert "\x1b" not in output
    assert max(len(line) for line in output.splitlines()) <= 80
    assert sorted(entry.name for entry in (tmp_path / "kept").iterdir()) == [
        *("a", "b", "d", "sunrise.png", "u")
    ]


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
