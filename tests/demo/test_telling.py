"""The demo says only what is so: a false fact is told as such and makes the exit code 1."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from demo import telling
from demo.processes import EndedError, Server, StartError
from demo.telling import FalseError, Teller, tell


@dataclass
class Told:
    """A teller and what it wrote."""

    paper: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        console = Console(file=self.paper, width=60, highlight=False, markup=False, emoji=False)
        self.teller = Teller(console)

    def run(self, story: Callable[[], None]) -> int:
        return tell(self.teller, story)

    @property
    def text(self) -> str:
        return " ".join(self.paper.getvalue().split())


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "log.txt").write_text(
        "starting\n"
        '{"event": "delivery_attempt", "timestamp": "2026-11-22T05:45:02.190084Z", '
        '"inbox": "http://127.0.0.1:41617/inbox", "status": 500, "level": "info"}\n'
        '{"event": "job_failed", "timestamp": "2026-11-22T05:45:03.000001Z", "level": "error", '
        '"exception": "Traceback\\n  File x\\nValueError: no"}\n'
    )
    return Server("a", tmp_path, 41617)


def test_what_is_so_is_said_with_its_proof(told: Told, server: Server) -> None:
    told.teller.servers = [server]

    def story() -> None:
        told.teller.step("Something happens")
        told.teller.fact("It is there.", 1, 1, proof=[("http://127.0.0.1:41617/notes/1", "200")])

    assert told.run(story) == 0
    assert told.text == "1 Something happens ✓ It is there. a/notes/1 200"
    assert told.teller.facts == 1


def test_what_is_not_so_ends_the_story_with_exit_code_1(told: Told, server: Server) -> None:
    told.teller.servers = [server]

    def story() -> None:
        told.teller.fact("dave has it once.", ["alice and bob"], ["alice"], servers=[server])
        told.teller.fact("Something else.", 1, 1)

    assert told.run(story) == 1
    assert "✗ dave has it once." in told.text
    assert "expected ['alice and bob'] seen ['alice']" in told.text
    assert "✓" not in told.text
    assert "Something else" not in told.text


def test_a_false_fact_shows_the_logs_of_the_servers_involved(told: Told, server: Server) -> None:
    told.teller.servers = [server]
    told.run(lambda: told.teller.fact("It is there.", 1, 2, servers=[server]))
    assert "The end of the log of a starting" in told.text
    assert "05:45:02.190 delivery_attempt inbox=a/inbox status=500 level=info" in told.text
    assert "05:45:03.000 job_failed level=error exception=ValueError: no" in told.text


def test_a_fact_may_need_a_moment(told: Told) -> None:
    answers = iter([[], ["alice"], ["alice", "bob"]])
    told.teller.fact("Both are there.", ["alice", "bob"], lambda: next(answers))
    assert "✓ Both are there." in told.text


def test_proof_is_asked_for_after_the_fact_was_seen(told: Told) -> None:
    log: list[str] = []

    def seen() -> int:
        log.append("seen")
        return len(log)

    told.teller.fact("Seen twice.", 2, seen, proof=lambda: [("log", " ".join(log))])
    assert told.text.endswith("log seen seen")


def test_a_fact_that_never_comes_is_false(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(FalseError) as error:
        told.teller.fact("It comes.", True, lambda: False)
    assert (error.value.expected, error.value.seen) == (True, False)


def test_whatever_breaks_makes_the_exit_code_1(told: Told) -> None:
    def broken() -> None:
        raise ConnectionRefusedError("nobody listens")

    assert told.run(broken) == 1
    assert "The demo broke: nobody listens" in told.text


def test_a_server_that_does_not_start_shows_its_log(told: Told) -> None:
    def story() -> None:
        raise StartError("b", "ended while it started", "OSError: no space left")

    assert told.run(story) == 1
    assert "Server b ended while it started." in told.text
    assert "OSError: no space left" in told.text


def test_a_demo_that_is_being_ended_says_nothing(told: Told) -> None:
    def story() -> None:
        raise EndedError

    assert told.run(story) == 1
    assert told.text == ""


def test_addresses_to_open_are_never_cut(told: Told) -> None:
    address = "http://127.0.0.1:41617/auth/link/" + "x" * 80
    told.teller.look("dave on d", address)
    assert address in told.paper.getvalue().splitlines()[1]
