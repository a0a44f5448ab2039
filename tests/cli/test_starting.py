"""How quickly a command begins: it loads nothing that only a server needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.conftest import Run

HEAVY = ("sqlalchemy", "aiohttp", "cryptography", "pyld", "PIL", "jinja2", "alembic", "nh3")


def test_a_command_begins_without_what_only_a_server_needs() -> None:
    program = f"import sys, fedi_cotweet.cli.main; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["post", "up", "timeline", "filter", "propose"])
async def test_help_names_what_is_typed_and_no_types_of_python(run: Run, command: str) -> None:
    shown = (await run(command, "--help")).out
    assert "--json" in shown
    for name in ("<bool>", "<str>", "<int>", "<path>", "[["):
        assert name not in shown
