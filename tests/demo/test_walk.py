"""The whole demo, as ``make demo ARGS=--check`` runs it. It takes half a minute: ``make walks``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.demo.test_ending import start

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


def in_order(text: str, sentences: Sequence[str]) -> bool:
    """Whether all of them were said, one after the other, wherever their lines break."""
    places = [" ".join(text.split()).find(f"✓ {sentence}") for sentence in sentences]
    return -1 not in places and places == sorted(places)


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
