"""A day in people's life through everything that Mastodon.py can ask of a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.judges.mastodon_py import people, posting, reading, signing_in, telling
from tests.judges.mastodon_py.day import SETTINGS, Day, methods
from tests.ports import free_port
from tests.servers import RealServer

pytestmark = pytest.mark.timeout(600)

PARTS: Final[tuple[Callable[[Day], None], ...]] = (
    signing_in.sign_in,
    signing_in.look_around,
    signing_in.read_the_rules,
    people.show_oneself,
    people.find_people,
    people.lock_the_door,
    people.keep_away,
    people.keep_lists,
    posting.write,
    posting.write_for_later,
    posting.show_pictures,
    posting.vote,
    posting.react,
    posting.quote,
    reading.read_timelines,
    reading.follow_hashtags,
    reading.filter_words,
    reading.talk,
    reading.hear_of_it,
    reading.hold_back,
    telling.listen,
    telling.push,
)
FAMILIES: Final[Mapping[str, str]] = {
    "admin": "whoever runs the server has a command line and an API of their own",
    "collections": "lists of people for others came with Mastodon 4.6; not offered here",
    "annual_reports": "nobody's year is looked back on here",
    "async_refresh": "no answer here is made anew after it was given",
}
"""What is not asked, as a whole, and why."""
METHODS: Final[Mapping[str, str]] = {
    "email_resend_confirmation": "no e-mail address is kept here, so none is confirmed",
    "status_translate": "nothing is translated here; configuration.translation says so",
    "follows": "Mastodon took it away with 3.0: following by address",
    "reports": "Mastodon took it away with 2.5: one's own reports",
    "get_status_length": "asks no server, and needs graphemeu, which nothing else here does",
    "stream_open_websocket": "needs websocket-client, which nothing else here does (WebSockets are "
    "listened to in tests/mastodon_api/test_streaming.py)",
}
"""Single methods that are not asked, and why."""


async def test_a_day_goes_through_all_that_can_be_asked(tmp_path: Path) -> None:
    server = RealServer(tmp_path / "server", free_port(), SETTINGS)
    day = Day(server, tmp_path)
    try:
        await asyncio.to_thread(server.start)
        for part in PARTS:
            await asyncio.to_thread(part, day)
    finally:
        server.stop()
    assert "Traceback" not in server.log
    wanted = {name for name, family in methods().items() if family not in FAMILIES}
    assert set(methods().values()) >= FAMILIES.keys(), "an excuse for what is not there"
    assert wanted - day.called == METHODS.keys(), "these are neither asked nor excused"
