"""A server that is killed while it fetches a thread goes on with it when it is started again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from tests.federation.here import Clock, open_here
from tests.federation.origins import Origin
from tests.federation.talk import (
    Timeline,
    held,
    known,
    list_answers,
    open_thread,
    say,
    seconds_pass,
)


async def test_a_crawl_goes_on_where_a_killed_server_left_it(
    template: Path, tmp_path: Path, ports: dict[str, int]
) -> None:
    folder, clock, asked = tmp_path / "data", Clock(), asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(30)
        return web.Response(status=503)

    async with Origin(ports["a"], clock) as a, Origin(ports["b"], clock) as b:
        alice, bob = a.person("alice"), b.person("bob")
        root = say(alice, "One")
        answers = [say(bob, f"Answer {number}", root["id"]) for number in range(5)]
        uris = [str(note["id"]) for note in answers]
        list_answers(alice, root, uris)
        async with open_here(template, folder, ports["here"], clock) as here:
            number = await known(here, alice, root)
            await seconds_pass(here, 3)
            await open_thread(here, number)
            await seconds_pass(here, 3)
            before = await held(here, uris)
            assert 0 < before < len(uris) - 1
            for uri in uris[before:]:
                b.routes[urlsplit(uri).path] = never
            clock.advance(1_000)
            here.server.runtime.bells.ring()
            await asyncio.wait_for(asked.wait(), 10)
            # Now it dies, in the middle of a request.
        for note in answers:
            b.serve(note)
        times = Timeline([a, b])
        async with open_here(None, folder, ports["here"], clock) as here:
            assert times.look(clock()) == 0, "one was asked a moment ago"
            most = await seconds_pass(here, 8, [a, b])
            assert await held(here, uris) == len(uris)
            assert most == 1
