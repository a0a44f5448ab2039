"""A server that was away for days tells the others that it is back: they had given it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.federation import jobs
from tests.federation.here import Clock, open_here
from tests.federation.origins import Origin


@pytest.mark.parametrize(("away", "told"), [(4 * DAY, 0), (6 * DAY, 1)])
async def test_every_server_we_know_hears_once_that_it_is_back(
    template: Path, tmp_path: Path, ports: dict[str, int], away: int, told: int
) -> None:
    folder, clock = tmp_path / "data", Clock()
    async with Origin(ports["a"], clock) as a, Origin(ports["b"], clock) as b:
        for copied in (template, None):  # the second time on what the first one left
            async with open_here(copied, folder, ports["here"], clock, upkeep=True) as here:
                for origin, name in ((a, "alice"), (b, "bob")):
                    somebody = origin.person(name)
                    await somebody.send(
                        here.inbox, somebody.activity("Like", f"{here.base}/notes/1")
                    )
                clock.advance(HOUR)
                await jobs.periodic(here.server.context)
            clock.advance(away)
        for origin in (a, b):
            origin.received.clear()
        for _ in range(2):
            async with open_here(None, folder, ports["here"], clock, upkeep=True) as here:
                await here.settle()
        for origin in (a, b):
            said = origin.received_of("Update")
            assert [(it["actor"], it["object"]["type"]) for it in said] == [
                (f"http://127.0.0.1:{ports['here']}/actor", "Application")
            ] * told


async def test_a_server_that_never_ended_was_never_away(
    template: Path, tmp_path: Path, ports: dict[str, int]
) -> None:
    folder, clock = tmp_path / "data", Clock()
    async with Origin(ports["a"], clock) as a:
        alice = a.person("alice")
        async with open_here(template, folder, ports["here"], clock, upkeep=True) as here:
            await alice.send(here.inbox, alice.activity("Like", f"{here.base}/notes/1"))
            for _ in range(4):
                await here.pass_time(2 * DAY)
        async with open_here(None, folder, ports["here"], clock, upkeep=True) as here:
            await here.settle()
        assert a.received_of("Update") == []
