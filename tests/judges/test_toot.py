"""toot, a client for the terminal, against a server of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.judges.toot_suite import run
from tests.ports import is_free
from tests.servers import RealServer

pytestmark = pytest.mark.timeout(1200)

HOW_MANY = 114
PORT = 3000
"""Two of its tests sign in at http://localhost:3000, whatever server they are told to test."""
EXPECTED = {
    "test_login_cli": "signs in with an e-mail address, and none is kept here",
    "test_media_thumbnail": "wants a video made anew as MP4, and a cover of one's own for it",
}
"""What does not pass, and why."""


async def test_toots_own_tests_pass(tmp_path: Path) -> None:
    if not is_free(PORT):
        pytest.skip(f"port {PORT} is taken, and toot's tests name it")
    settings = {
        "COTWEET_BASE_URL": f"http://localhost:{PORT}",
        "COTWEET_REGISTRATIONS": "open",
        "COTWEET_SIGN_UPS_PER_ADDRESS": "100000",
        "COTWEET_API_REQUESTS_OF_STRANGERS": "100000",
        "COTWEET_PASSWORD_GRANT": "true",
    }
    server = RealServer(tmp_path / "server", PORT, settings)
    try:
        await asyncio.to_thread(server.start)
        verdict = await asyncio.to_thread(run, f"http://localhost:{PORT}", tmp_path)
    finally:
        server.stop()
    assert verdict.ran == HOW_MANY
    assert verdict.failed.keys() <= EXPECTED.keys(), verdict.failed
    assert "Traceback" not in server.log
