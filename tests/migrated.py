"""SQLite files with the current schema: migrated once in a process of the tests, then copied."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from storage import migrations

DATABASE = "cotweet.sqlite3"
"""What a server calls its own."""


@cache
def template() -> Path:
    """The file to copy; no row is in it."""
    folder = Path(tempfile.mkdtemp(prefix="cotweet-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.sqlite3"
    with ThreadPoolExecutor(1) as beside:  # for callers in an event loop too
        beside.submit(asyncio.run, migrations.upgrade(f"sqlite:///{path}")).result()
    return path


def put(path: Path) -> None:
    """Make a database there, in a folder that need not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(template(), path)
