"""The plain server as a process: what it answered with 202 survives being killed."""

from __future__ import annotations

import asyncio
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from demo.plain_server.app import TOKEN_FILE
from tests.demo.conftest import Plain
from tests.demo.scripted_peer import Peer, Person, loopback, post


@asynccontextmanager
async def process(port: int, data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo.plain_server"),
        *("--port", str(port), "--data", str(data), "--user", "gina"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert running.stdout is not None
    assert f"http://127.0.0.1:{port} is up" in (await running.stdout.readline()).decode()
    yield running
    if running.returncode is None:
        running.terminate()
        assert await running.wait() == 0
    await running.communicate()


async def test_what_was_taken_is_not_lost_by_a_kill(tmp_path: Path, a: Peer, alice: Person) -> None:
    with loopback() as free:
        port = free.getsockname()[1]
    u = Plain(f"http://127.0.0.1:{port}", tmp_path / "u")
    notes = [alice.note() for _ in range(20)]
    async with process(port, u.data) as running:
        await u.follow(alice, a)
        for note in notes:
            assert await post(u.inbox, alice.create(note), alice) == 202
        running.kill()
        await running.wait()
    async with process(port, u.data):
        for _ in range(100):
            if len(await u.timeline()) == len(notes):
                break
            await asyncio.sleep(0.05)
        assert {it["id"] for it in await u.timeline()} == {note["id"] for note in notes}


async def test_only_its_owner_can_read_the_token(tmp_path: Path) -> None:
    with loopback() as free:
        port = free.getsockname()[1]
    async with process(port, tmp_path):
        assert stat.S_IMODE((tmp_path / TOKEN_FILE).stat().st_mode) == 0o600
