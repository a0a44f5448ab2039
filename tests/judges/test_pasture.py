"""262 Notes that funfedi.dev sends to every server: each is taken, and shown with its text.

``PASTURE_PAGES`` names a folder for the pages, to be looked at.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from activitypub.html import to_text
from tests.federation.origins import Origin, Person, Reply
from tests.federation.pictures import png
from tests.judges.pasture_inputs import Input, inputs
from tests.ports import free_port
from tests.servers import RealServer, eventually, start_server

pytestmark = pytest.mark.timeout(600)

HOW_MANY = 262
GONE = {"object_types-11"}
"""A Tombstone: its page says that the post was deleted."""
EMPTY = {"html_tags-27", "html_tags-28"}
"""A script, and a picture that is no attachment: of both nothing is left."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of an input. ``page`` is the whole page, ``text`` what its post says."""

    reply: Reply
    status: int = 0
    page: str = ""

    @property
    def text(self) -> str:
        article = self.page.partition('class="post focused')[2]
        return to_text(article.partition("</header>")[2].partition('<p class="details')[0])


async def test_every_input_is_taken_and_shown(tmp_path: Path) -> None:
    everything = await asyncio.to_thread(inputs)
    assert len(everything) == HOW_MANY
    with start_server(tmp_path / "a", people=["alice"]) as server:
        async with Origin(free_port(), lambda: int(time.time() * 1000)) as origin:
            person = origin.person("actor")
            await asyncio.to_thread(_serve_pictures, origin, person, everything)
            sent = {item.name: await _send(server, person, item) for item in everything}
            await asyncio.to_thread(_wait_until_fetched, server)
            found = await _look(server, person, sent)
        assert "Traceback" not in server.log
    _save(found)
    assert {it.reply.status for it in found.values()} == {202}
    assert {name for name, it in found.items() if it.status != 200} == GONE
    for name in GONE:
        assert found[name].status == 410
        assert "This post was deleted" in found[name].page
    assert {name for name, it in found.items() if not it.text} == EMPTY | GONE


def _serve_pictures(origin: Origin, person: Person, everything: list[Input]) -> None:
    octets = png((40, 90, 40))
    notes = " ".join(json.dumps(item.note(person.id, origin.base)) for item in everything)
    for path in set(re.findall(rf"{re.escape(origin.base)}(/(?:images|assets)/[^\"? ]+)", notes)):
        origin.serve(octets, at=origin.base + path, media_type="image/png")


async def _send(server: RealServer, person: Person, item: Input) -> tuple[Reply, str]:
    """To alice's own inbox: she asked for it. With the name by which it is known: its own, or that
    of the Create that it is a part of."""
    note = item.note(person.id, person.origin.base)
    activity = person.activity("Create", note, cc=[f"{server.base}/users/alice"])
    reply = await person.send(f"{server.base}/users/alice/inbox", activity)
    return reply, str(note["id"] or activity["id"])


def _wait_until_fetched(server: RealServer) -> None:
    def none_pending() -> bool:
        [[count]] = _rows(server, "SELECT count(*) FROM media WHERE state = 'pending'")
        return bool(count == 0)

    eventually(none_pending, seconds=60, what="fetching the pictures")


def _rows(server: RealServer, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


async def _look(
    server: RealServer, person: Person, sent: dict[str, tuple[Reply, str]]
) -> dict[str, Shown]:
    held = dict(await asyncio.to_thread(_rows, server, "SELECT uri, id FROM posts"))
    found = {}
    async with aiohttp.ClientSession(headers={"Accept": "text/html"}) as session:
        for name, (reply, uri) in sent.items():
            if uri not in held:
                found[name] = Shown(reply)
                continue
            async with session.get(f"{server.base}/@{person.handle}/{held[uri]}") as answer:
                found[name] = Shown(reply, answer.status, await answer.text())
    return found


def _save(found: dict[str, Shown]) -> None:
    folder = os.environ.get("PASTURE_PAGES")
    for name, it in found.items() if folder is not None else ():
        Path(str(folder), f"{name}.html").write_text(it.page, encoding="utf-8")
