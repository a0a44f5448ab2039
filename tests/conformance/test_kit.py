"""The conformance kit against our own server: a little of everything; all of it in CI."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fedi_cotweet.conformance.cases import CASES, Part, Severity
from fedi_cotweet.conformance.drivers import CommandDriver, Driver, HttpDriver, Nobody, Person
from fedi_cotweet.conformance.outcomes import NotRun, State
from fedi_cotweet.conformance.own_driver import COTWEETS, INVITES, POLICY
from fedi_cotweet.conformance.running import Place, Plan, choose, free_places, run
from fedi_cotweet.conformance.target import TargetError, UnreachableError
from fedi_cotweet.conformance.unreachable import why_unreachable
from fedi_cotweet.conformance.waiting import Waits
from tests.conformance.target import Tried, open_target

QUICK = Waits(patience=20, grace=0.2, quiet=0.2)
A_FEW = ("offer.shown", "accept.shape", "answer.full-rendition", "read.left", "publication.never")


@pytest.fixture
async def tried(tmp_path: Path) -> AsyncIterator[Tried]:
    """A server of ours."""
    async with open_target(tmp_path / "data") as server:
        yield server


async def test_our_server_passes_cases_of_every_part(tried: Tried) -> None:
    plan = Plan(free_places(), QUICK)
    report = await run(tried.actor, tried.driver(), plan, choose(A_FEW))
    assert {result.part for result in report.results} == {part.value for part in Part}
    assert [result for result in report.results if result.state is not State.PASSED] == []
    assert report.conforms


async def test_what_nobody_can_decide_is_not_run_and_not_passed(tried: Tried) -> None:
    plan = Plan(free_places(), QUICK)
    report = await run(tried.actor, Nobody(), plan, choose(["actor.*", *A_FEW]))
    states = {result.id: result.state for result in report.results}
    assert states.pop("actor.can-co-author") is State.PASSED
    assert set(states.values()) == {State.NOT_RUN}
    assert report.conforms
    assert all("no driver" in result.why for result in report.of(State.NOT_RUN))


async def test_a_run_that_takes_too_long_ends_and_says_so(tried: Tried) -> None:
    plan = Plan(free_places(), QUICK, seconds=0)
    report = await run(tried.actor, tried.driver(), plan, choose(A_FEW))
    assert {result.state for result in report.results} == {State.NOT_RUN}
    assert not report.conforms


@pytest.mark.parametrize("path", ["/nothing", "/.well-known/nodeinfo"])
async def test_what_is_no_actor_cannot_be_tried(tried: Tried, path: str) -> None:
    base = tried.server.settings.base_url
    with pytest.raises(TargetError, match=r"404|not an actor"):
        await run(base + path, Nobody(), Plan(free_places()), choose(A_FEW))


async def test_an_address_where_nobody_is_cannot_be_tried() -> None:
    url = f"http://127.0.0.1:{free_places()[0].port}/users/alice"
    with pytest.raises(UnreachableError) as refused:
        await run(url, Nobody(), Plan(free_places(), ssl_context=ssl.create_default_context()), [])
    assert str(refused.value) == f"{url} cannot be reached: nothing listens there"
    assert refused.value.fix.startswith("Start that server")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "it does not answer in time"),
        (socket.gaierror(-2, "Name or service not known"), "no server has this name"),
        (aiohttp.ServerDisconnectedError(), "it closes the connection without an answer"),
        (aiohttp.InvalidURL("http://"), "this is no address"),
        (OSError(errno.EHOSTUNREACH, "x"), "no route to host"),
        (ssl.SSLError(1, "x"), "no TLS connection can be made (closed)"),
        (aiohttp.ClientPayloadError(), "its answer cannot be read (ClientPayloadError)"),
    ],
)
def test_why_nobody_answers_is_said_in_words(error: Exception, said: str) -> None:
    assert why_unreachable(error) == said


async def test_a_taken_address_is_reported() -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    places = [Place("127.0.0.1", port), *free_places()[1:]]
    with pytest.raises(OSError, match="in use"):
        await run("http://x.example/", Nobody(), Plan(places), choose(A_FEW))
    taken.close()
    await taken.wait_closed()


def test_cases_are_chosen_by_pattern_and_those_that_let_time_pass_come_last() -> None:
    chosen = choose(["read.week", "read.l*", "nothing"])
    assert chosen[-1].id == "read.week"
    assert {case.id for case in chosen[:-1]} == {key for key in CASES if key.startswith("read.l")}
    late = [case.lets_time_pass for case in choose([])]
    assert late == sorted(late)
    assert len(late) == len(CASES)


def test_every_case_names_a_section_of_the_fep() -> None:
    fep = (Path(__file__).parents[2] / "docs/fep-af48.md").read_text(encoding="utf-8")
    headings = {text.lstrip("#").strip() for text in fep.splitlines() if text.startswith("##")}
    assert {case.section for case in CASES.values()} - headings == set()
    assert {case.severity for case in CASES.values()} == set(Severity)


DRIVER = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "authors":
        print(json.dumps({"authors": [request["object"]]}), flush=True)
    elif request["do"] == "leave":
        print(json.dumps({"refused": "no"}), flush=True)
    else:
        print("nonsense", flush=True)
"""


async def test_a_command_can_be_the_driver(tmp_path: Path) -> None:
    program = tmp_path / "driver.py"
    program.write_text(DRIVER, encoding="utf-8")
    driver = CommandDriver(f"{sys.executable} {program}")
    assert await driver.ask({"do": "authors", "object": "x"}) == {"authors": ["x"]}
    assert await driver.ask({"do": "leave", "object": "x"}) == {"refused": "no"}
    with pytest.raises(NotRun, match="something else than a JSON object"):
        await driver.ask({"do": "edit"})
    await driver.close()
    with pytest.raises(NotRun, match="does not start"):
        await CommandDriver("/nothing/there").ask({"do": "authors"})


async def test_a_driver_that_is_not_there_makes_a_case_not_run() -> None:
    driver = HttpDriver(f"http://127.0.0.1:{free_places()[0].port}/")
    with pytest.raises(NotRun, match="does not answer"):
        await driver.ask({"do": "authors", "object": "x"})
    await driver.close()


@pytest.mark.parametrize(
    ("request_", "typed", "answer"),
    [
        ({"do": "accept", "offer": "o"}, "", {}),
        ({"do": "accept", "offer": "o"}, "no it is over", {"refused": "it is over"}),
        (
            {"do": "accept", "offer": "o"},
            "-",
            {"unsupported": "the person says so"},
        ),
        ({"do": "invitations"}, "a b", {"offers": ["a", "b"]}),
        ({"do": "authors", "object": "o"}, "none", {"authors": None}),
        ({"do": "authors", "object": "o"}, "", {"authors": []}),
        ({"do": "advance", "seconds": 1}, "", {"unsupported": "nobody can advance"}),
    ],
)
async def test_a_person_can_be_the_driver(
    request_: dict[str, object], typed: str, answer: dict[str, object]
) -> None:
    said: list[str] = []
    assert await Person(said.append, lambda: typed).ask(request_) == answer
    assert all(str(request_.get("object", "")) in text for text in said)


async def test_the_command_reports_and_exits_with_what_it_found(tried: Tried) -> None:
    async def command(*arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fedi_cotweet.cli.main"),
            *("--data", str(tried.server.settings.data), "conformance", *arguments),
            # What chooses tests is no setting of the server.
            env={name: value for name, value in os.environ.items() if name != "COTWEET_FAULTS"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()

    code, text = await command(tried.actor, "--driver", "own", "--case", "offer.too-*", "--json")
    report = json.loads(text)
    assert "conforms" in report, text
    assert (code, report["conforms"]) == (0, True)
    assert report["counts"] == {"passed": 2, "failed": 0, "not run": 0}
    # Nothing can be decided, so nothing was tried: that is no success.
    code, text = await command(tried.actor, "--driver", "none", "--case", "offer.too-*")
    assert code == 2
    assert "2 not run" in text
    code, text = await command(f"http://127.0.0.1:{free_places()[0].port}/", "--driver", "none")
    assert code == 2
    assert "cannot be reached: nothing listens there." in text
    assert "object at" not in text


class Interrupted:
    """A driver at which somebody presses Ctrl-C after the first case began."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.close = driver.close

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """As the driver, until it is asked what is there."""
        if request["do"] == "invitations":
            raise asyncio.CancelledError
        return await self._driver.ask(request)


async def test_after_a_run_the_user_is_as_open_to_invitations_as_before(tried: Tried) -> None:
    plan = Plan(free_places(), QUICK)
    cases = choose(["offer.shown", "answer.full-rendition"])
    report = await run(tried.actor, tried.driver(), plan, cases)
    assert report.left == ""
    looking = tried.driver()
    assert (await looking._call("GET", POLICY))["policy"] == "people_i_follow"
    assert (await looking._call("GET", INVITES))["invites"] == []
    assert (await looking._call("GET", COTWEETS))["cotweets"] == []
    await looking.close()


async def test_ctrl_c_leaves_nobody_open_to_everybodys_invitations(tried: Tried) -> None:
    plan = Plan(free_places(), QUICK)
    with pytest.raises(asyncio.CancelledError):
        await run(tried.actor, Interrupted(tried.driver()), plan, choose(["offer.shown"]))
    looking = tried.driver()
    assert (await looking._call("GET", POLICY))["policy"] == "people_i_follow"
    assert (await looking._call("GET", INVITES))["invites"] == []
    await looking.close()


@pytest.mark.skipif("COTWEET_FAULTS" not in os.environ, reason="make faults tries all of it")
@pytest.mark.timeout(400)
async def test_our_server_passes_everything(tried: Tried) -> None:
    report = await run(tried.actor, tried.driver(), Plan(free_places(), seconds=300), choose([]))
    assert [result for result in report.results if result.state is not State.PASSED] == []
